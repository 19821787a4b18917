using System.Diagnostics;
using System.Text.Json;
using Freehold.Gateway.Tests.Serving;
using Freehold.Tests;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Peers;

/// <summary>Claude Code itself, pointed at a gateway over a scripted model: it must get its tool call, run it, and send back the result and the thinking.</summary>
public sealed class ClaudeCodeTests : IDisposable
{
    private const string Package = "@anthropic-ai/claude-code-linux-x64";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("freehold-agent-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Claude_Code_makes_its_round_trip_with_a_tool()
    {
        var program = Path.Combine(SharedData.Root, "tests", "peer", "node_modules", Package, "claude");
        if (!File.Exists(program))
            Assert.Skip($"needs the npm package {Package} (245 MB): npm install --no-save --ignore-scripts {Package}@2.1.197 in tests/peer");
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        gateway.Model.Updates = options => Answer(gateway.Model, options);
        var start = new ProcessStartInfo(program, ["-p", "Write the file.", "--model", "parrot", "--allowedTools", "Bash"]) { WorkingDirectory = _home.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in new[]
        {
            ("PATH", Environment.GetEnvironmentVariable("PATH")), ("HOME", _home.FullName), ("ANTHROPIC_BASE_URL", gateway.Address.ToString().TrimEnd('/')), ("ANTHROPIC_API_KEY", "none"),
            ("CLAUDE_CODE_ATTRIBUTION_HEADER", "0"), ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        })
            start.Environment[name] = value;
        using var agent = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var (output, error) = (agent.StandardOutput.ReadToEndAsync(limit.Token), agent.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await agent.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            agent.Kill();
            Assert.Fail($"it did not end within {Patience.TotalSeconds} s");
        }
        Assert.True(agent.ExitCode == 0, $"it ended with {agent.ExitCode}:\n{await output}{await error}");
        Assert.Equal("All done.", (await output).Trim());
        Assert.Equal("hi\n", await File.ReadAllTextAsync(Path.Combine(_home.FullName, "out.txt"), TestContext.Current.CancellationToken));
        var last = gateway.Model.Calls[^1].Messages;
        Assert.Contains(last, message => message.Contents.Any(content => content is TextReasoningContent { Text: "Hm." }));
        Assert.Contains(last, message => message.Contents.Any(content => content is FunctionResultContent { CallId: "a1b2c3d4e" }));
    }

    private static IEnumerable<ChatResponseUpdate> Answer(ScriptedChatClient model, ChatOptions options)
    {
        var calls = options.Tools is not null && !model.Calls[^1].Messages.Any(message => message.Role == ChatRole.Tool);
        model.Finish = calls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
        var input = JsonSerializer.Serialize(new Dictionary<string, string> { ["command"] = "echo hi > out.txt", ["description"] = "Writes it" });
        return calls ? [CallingScript.Thinks("Hm."), CallingScript.Says("I write it."), CallingScript.Piece(0, "a1b2c3d4e", "Bash", input), CallingScript.Whole("a1b2c3d4e", "Bash", input)]
            : [CallingScript.Says("All "), CallingScript.Says("done.")];
    }
}
