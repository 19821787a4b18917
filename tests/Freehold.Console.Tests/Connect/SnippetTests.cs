using System.Diagnostics;
using System.Text.Json.Nodes;
using Freehold.Gateway.Identity;
using Freehold.Pages.Connect;
using Freehold.Tests;

namespace Freehold.Pages.Tests.Connect;

/// <summary>The pieces that the Connect page shows, run as they are shown.</summary>
public class SnippetTests
{
    private static readonly Snippets Snippets = Snippets.Read();
    private static readonly SnippetTarget Sample = new("http://127.0.0.1:8080", "org/model", 8192, true);

    private static Snippet Of(string id) => Snippets.All.Single(snippet => snippet.Id == id);

    [Fact]
    public void Every_client_is_there_once_and_every_gap_is_filled()
    {
        Assert.Equal(Snippets.All.Count, Snippets.All.Select(snippet => snippet.Id).Distinct().Count());
        Assert.Equal(
            ["Anthropic, JavaScript", "Anthropic, Python", "Claude Code", "Codex CLI", "LangChain, JavaScript", "LangChain, Python", "Ollama, JavaScript", "Ollama, Python", "OpenAI, C#", "OpenAI, JavaScript", "OpenAI, Python", "OpenCode", "curl"],
            Snippets.All.Where(snippet => snippet.Needs == "chat").Select(snippet => snippet.Client).Distinct().Order(StringComparer.Ordinal));
        foreach (var snippet in Snippets.All)
            foreach (var keyed in new[] { true, false })
            {
                var text = snippet.For(Sample with { Keyed = keyed }) + snippet.NoteFor(Sample);
                Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
                Assert.Contains("org/model", text, StringComparison.Ordinal);
                Assert.Contains("http://127.0.0.1:8080", text, StringComparison.Ordinal);
                Assert.Equal(keyed, text.Contains("FREEHOLD_API_KEY", StringComparison.Ordinal));
            }
    }

    [Fact]
    public void Claude_Codes_changing_line_is_left_out_of_its_prompts() =>
        Assert.Contains("export CLAUDE_CODE_ATTRIBUTION_HEADER=0", Of("claude-code").Text);

    [Fact]
    public void OpenCodes_file_is_JSON_with_the_models_context()
    {
        var file = JsonNode.Parse(Of("opencode").For(Sample with { Model = "a\"b" }))!;
        Assert.Equal(8192, (int?)file["provider"]!["freehold"]!["models"]!["a\"b"]!["limit"]!["context"]);
        Assert.Equal("{env:FREEHOLD_API_KEY}", (string?)file["provider"]!["freehold"]!["options"]!["apiKey"]);
    }

    [Fact]
    public async Task A_models_name_cannot_leave_its_quotes_in_a_shell()
    {
        if (!File.Exists("/bin/sh"))
            Assert.Skip("needs a POSIX shell");
        var script = string.Concat(Of("claude-code").For(Sample with { Model = "a'; echo owned; '" }).Split('\n').SkipLast(2).Select(line => line + "\n")) + "printf %s \"$ANTHROPIC_MODEL\"";
        Assert.Equal("a'; echo owned; '", await RunAsync("/bin/sh", ["-c", script], "."));
    }

    [Theory]
    [InlineData("curl-chat", true)]
    [InlineData("curl-chat", false)]
    [InlineData("curl-stream", true)]
    public async Task A_shells_piece_gets_an_answer(string id, bool keyed)
    {
        if (!File.Exists("/usr/bin/curl"))
            Assert.Skip("needs curl");
        await using var pages = await StartAsync(keyed);
        Assert.Contains(id == "curl-stream" ? "[DONE]" : "Paris.", await RunAsync("/bin/sh", ["-c", Of(id).For(TargetOf(pages, keyed))], "."), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai-javascript", "openai")]
    [InlineData("anthropic-javascript", "@anthropic-ai/sdk")]
    [InlineData("ollama-javascript", "ollama")]
    [InlineData("langchain-javascript", "@langchain/openai")]
    public async Task A_piece_of_JavaScript_gets_an_answer_by_the_vendors_own_client(string id, string package)
    {
        var peer = Path.Combine(SharedData.Root, "tests", "peer");
        if (!Directory.Exists(Path.Combine(peer, "node_modules", package)))
            Assert.Skip($"needs the npm package {package}: npm install --ignore-scripts in tests/peer");
        foreach (var keyed in new[] { true, false })
        {
            await using var pages = await StartAsync(keyed);
            Assert.Equal("Paris.\n", await RunAsync("node", ["--input-type=module", "-e", Of(id).For(TargetOf(pages, keyed))], peer));
        }
    }

    private static Task<RunningPages> StartAsync(bool keyed) => RunningPages.StartAsync(options => options with { Key = keyed ? new ApiKey("right") : null });

    private static SnippetTarget TargetOf(RunningPages pages, bool keyed) => new(pages.Address.ToString().TrimEnd('/'), "parrot", 4096, keyed);

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string folder)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["FREEHOLD_API_KEY"] = "right" } })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}
