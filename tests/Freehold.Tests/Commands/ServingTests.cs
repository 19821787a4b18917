using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Freehold.Tests.Commands;

/// <summary>The server as it is started from the command line.</summary>
public partial class ServingTests
{
    [GeneratedRegex(@"http://[^\s]+?:\d+/")]
    private static partial Regex Address();

    /// <summary>Starts a server, hands its address over, and ends it as a service manager would.</summary>
    private static async Task<(string Output, int ExitCode)> ServeAsync(string[] arguments, string lastLine, Func<HttpClient, Task> use)
    {
        var home = Path.Combine(Path.GetTempPath(), "freehold-tests-" + Guid.NewGuid().ToString("N"));
        using var process = Process.Start(Executable.Start(arguments, new Dictionary<string, string?> { ["FREEHOLD_HOME"] = home, ["FREEHOLD_OFFLINE"] = "1" }))!;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(120));
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            var output = "";
            while (!output.Contains(lastLine, StringComparison.Ordinal))
                output += await process.StandardOutput.ReadLineAsync(patience.Token) is { } line ? line + "\n" : throw new InvalidOperationException($"it ended early: {output}{await error}");
            using var http = new HttpClient { BaseAddress = new Uri(Address().Match(output).Value), Timeout = TimeSpan.FromSeconds(120) };
            await use(http);
            using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (output, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Up_serves_the_demonstration_model_at_once_says_so_and_answers_Paris()
    {
        var (output, exitCode) = await ServeAsync(["up", "--port", "0", "--context", "256", "--max-streams", "4"], "Ctrl-C", async http =>
        {
            var answer = await http.PostAsJsonAsync("v1/chat/completions", new { model = "SmolLM2-135M-Instruct-Q4_1", messages = new[] { new { role = "user", content = "What is the capital of France?" } }, temperature = 0, max_tokens = 12 }, TestContext.Current.CancellationToken);
            var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal("The capital of France is Paris.", (string)body["choices"]![0]!["message"]!["content"]!);
            Assert.True((int)body["usage"]!["prompt_tokens"]! > 10);

            var tooLong = await http.PostAsJsonAsync("v1/completions", new { model = "SmolLM2-135M-Instruct-Q4_1", prompt = "x", max_tokens = 5000 }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
            Assert.Contains("context_length_exceeded", await tooLong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

            var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            foreach (var name in new[] { "freehold_http_requests_total", "freehold_tokens_generated_total", "freehold_http_time_to_first_token_seconds_count", "freehold_queue_length", "freehold_pages_used", "freehold_memory_kv_bytes" })
                Assert.Contains($"\n{name}{{", metrics, StringComparison.Ordinal);
        });
        Assert.Contains("demonstration model", output, StringComparison.Ordinal);
        Assert.Contains("freehold pull", output, StringComparison.Ordinal);
        Assert.Contains("curl http://127.0.0.1:", output, StringComparison.Ordinal);
        Assert.Contains("context 256", output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Serve_takes_several_models_and_each_answers_as_what_it_is()
    {
        var stories = SharedData.Require("models/stories260K-f32.gguf");
        var encoder = SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf");
        await ServeAsync(["serve", stories, encoder, "--port", "0"], "Listening on", async http =>
        {
            var list = JsonNode.Parse(await http.GetStringAsync(new Uri("v1/models", UriKind.Relative), TestContext.Current.CancellationToken))!;
            Assert.Equal(["stories260K-f32", "all-MiniLM-L6-v2-q8_0"], list["data"]!.AsArray().Select(model => (string)model!["id"]!));

            var story = await http.PostAsJsonAsync("v1/completions", new { model = "stories260K-f32", prompt = "Once upon a time", temperature = 0, max_tokens = 20 }, TestContext.Current.CancellationToken);
            var text = (string)JsonNode.Parse(await story.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["choices"]![0]!["text"]!;
            Assert.StartsWith(", there was a", text, StringComparison.Ordinal);

            // The same tokens alone and among strangers, streamed.
            var alone = await StreamAsync(http, 0);
            var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(seed => StreamAsync(http, seed)));
            Assert.Equal(alone, together[0]);
            Assert.True(together.Distinct().Count() > 1);

            var vector = await http.PostAsJsonAsync("v1/embeddings", new { model = "all-MiniLM-L6-v2-q8_0", input = "hello" }, TestContext.Current.CancellationToken);
            Assert.Equal(384, JsonNode.Parse(await vector.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["data"]![0]!["embedding"]!.AsArray().Count);

            var wrong = await http.PostAsJsonAsync("v1/chat/completions", new { model = "all-MiniLM-L6-v2-q8_0", messages = new[] { new { role = "user", content = "x" } } }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        });
    }

    private static async Task<string> StreamAsync(HttpClient http, int seed)
    {
        using var response = await http.PostAsJsonAsync("v1/completions", new { model = "stories260K-f32", prompt = "Once upon", temperature = 1.0, seed, max_tokens = 40, stream = true }, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        return string.Concat(body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(line => (string)JsonNode.Parse(line[6..])!["choices"]![0]!["text"]!));
    }
}
