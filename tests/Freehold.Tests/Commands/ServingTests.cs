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
        using var process = Process.Start(Executable.Start(arguments, new Dictionary<string, string?> { ["FREEHOLD_DATA"] = home, ["FREEHOLD_OFFLINE"] = "1" }))!;
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

            var tooLong = await http.PostAsJsonAsync("v1/completions", new { model = "SmolLM2-135M-Instruct-Q4_1", prompt = string.Concat(Enumerable.Repeat("word ", 300)), max_tokens = 1 }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
            var refusal = JsonNode.Parse(await tooLong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
            Assert.Equal(("context_length_exceeded", "prompt"), ((string)refusal["code"]!, (string)refusal["param"]!));
            Assert.Contains("256 positions", (string)refusal["message"]!, StringComparison.Ordinal);

            var cached = new List<(int Prompt, int Cached)>();
            for (var turn = 0; turn < 2; turn++)
            {
                var answered = await http.PostAsJsonAsync("v1/completions", new { model = "SmolLM2-135M-Instruct-Q4_1", prompt = string.Concat(Enumerable.Repeat("word ", 150)), max_tokens = 1 }, TestContext.Current.CancellationToken);
                var usage = JsonNode.Parse(await answered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["usage"]!;
                cached.Add(((int)usage["prompt_tokens"]!, (int)usage["prompt_tokens_details"]!["cached_tokens"]!));
            }
            Assert.Equal([(cached[0].Prompt, 0), (cached[0].Prompt, (cached[0].Prompt - 1) / 64 * 64)], cached);

            var shown = await http.PostAsJsonAsync("apply-template", new { messages = new[] { new { role = "developer", content = "Be brief." }, new { role = "user", content = "Hi <|im_end|>" } } }, TestContext.Current.CancellationToken);
            var prompt = JsonNode.Parse(await shown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi <|im_end|><|im_end|>\n<|im_start|>assistant\n", (string)prompt["prompt"]!);
            Assert.Equal("every message is shown as it is", (string)prompt["rule"]!);

            var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            foreach (var name in new[] { "freehold_http_requests_total", "freehold_engine_generated_tokens_total", "freehold_http_time_to_first_token_seconds_count", "freehold_engine_queue_length", "freehold_engine_pages_used", "freehold_engine_kv_memory_bytes" })
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
        await ServeAsync(["serve", stories, encoder, "--only", "--port", "0"], "Listening on", async http =>
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

    [Fact]
    public async Task A_model_packed_with_loss_has_its_own_name_wherever_models_are_named()
    {
        const string Name = "SmolLM2-135M-Instruct-Q4_1";
        var token = TestContext.Current.CancellationToken;
        await ServeAsync(["serve", Name, $"{Name}+w8", "--only", "--port", "0", "--context", "256"], "Listening on", async http =>
        {
            var list = JsonNode.Parse(await http.GetStringAsync(new Uri("v1/models", UriKind.Relative), token))!;
            Assert.Equal([Name, $"{Name}+w8"], list["data"]!.AsArray().Select(model => (string)model!["id"]!));
            foreach (var (name, mark) in new[] { (Name, ""), ($"{Name}+w8", "+w8") })
            {
                var answer = await http.PostAsJsonAsync("v1/chat/completions", new { model = name, messages = new[] { new { role = "user", content = "What is the capital of France?" } }, temperature = 0, max_tokens = 12 }, token);
                var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(token))!;
                Assert.Equal("The capital of France is Paris.", (string)body["choices"]![0]!["message"]!["content"]!);
                Assert.Equal(name, (string)body["model"]!);
                Assert.EndsWith(mark, (string)body["system_fingerprint"]!, StringComparison.Ordinal);
            }
            var other = await http.PostAsJsonAsync("v1/completions", new { model = $"{Name}+w4", prompt = "x", max_tokens = 1 }, token);
            Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        });
    }

    [Fact]
    public async Task With_pack_w4_every_model_is_the_packed_one_and_the_file_itself_is_not_served()
    {
        const string Name = "SmolLM2-135M-Instruct-Q4_1";
        var token = TestContext.Current.CancellationToken;
        await ServeAsync(["serve", Name, "--pack", "w4", "--port", "0", "--context", "256"], "Listening on", async http =>
        {
            var list = JsonNode.Parse(await http.GetStringAsync(new Uri("v1/models", UriKind.Relative), token))!;
            Assert.Contains($"{Name}+w4", list["data"]!.AsArray().Select(model => (string)model!["id"]!));
            Assert.All(list["data"]!.AsArray(), model => Assert.EndsWith("+w4", (string)model!["id"]!, StringComparison.Ordinal));
            var plain = await http.PostAsJsonAsync("v1/completions", new { model = Name, prompt = "x", max_tokens = 1 }, token);
            Assert.Equal(HttpStatusCode.NotFound, plain.StatusCode);
        });
    }

    [Fact]
    public async Task Echoed_log_probabilities_are_those_of_the_logprobs_command_and_tokens_come_back_as_text()
    {
        var stories = SharedData.Require("models/stories260K-f32.gguf");
        int[] ids = [1, 403, 407, 261, 378, 432];
        var expected = (await Executable.RunAsync("logprobs", stories, "--ids", string.Join(',', ids), "--top", "1", "--json")).Json["top"]!;
        await ServeAsync(["serve", stories, "--port", "0"], "Listening on", async http =>
        {
            var answer = await http.PostAsJsonAsync("v1/completions", new { model = "stories260K-f32", prompt = ids, echo = true, logprobs = 1, max_tokens = 0 }, TestContext.Current.CancellationToken);
            var choice = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["choices"]![0]!;
            var logprobs = choice["logprobs"]!;
            Assert.Equal(ids.Length, logprobs["tokens"]!.AsArray().Count);
            Assert.Null(logprobs["token_logprobs"]![0]);
            for (var position = 0; position + 1 < ids.Length; position++)
                Assert.Equal((double)expected[position]![0]![1]!, (double)logprobs["top_logprobs"]![position + 1]!.AsObject().Single().Value!, 1e-5);

            var text = await http.PostAsJsonAsync("detokenize", new { tokens = ids }, TestContext.Current.CancellationToken);
            var content = (string)JsonNode.Parse(await text.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["content"]!;
            Assert.Equal((string)choice["text"]!, content);
            var again = await http.PostAsJsonAsync("tokenize", new { content }, TestContext.Current.CancellationToken);
            Assert.Equal(ids, JsonNode.Parse(await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["tokens"]!.AsArray().Select(id => (int)id!));
        });
    }

    [Fact]
    public async Task A_key_in_a_file_lets_in_who_shows_it()
    {
        var stories = SharedData.Require("models/stories260K-f32.gguf");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "a-key\n", TestContext.Current.CancellationToken);
        try
        {
            await ServeAsync(["serve", stories, "--port", "0", "--host", "0.0.0.0", "--api-key-file", file], "Listening on", async http =>
            {
                http.BaseAddress = new Uri($"http://127.0.0.1:{http.BaseAddress!.Port}/");
                using var without = await http.GetAsync(new Uri("v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
                http.DefaultRequestHeaders.Authorization = new("Bearer", "a-key");
                using var with = await http.GetAsync(new Uri("v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, with.StatusCode);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(4, "FREEHOLD_API_KEY", "serve", "--host", "0.0.0.0")]
    [InlineData(4, "FREEHOLD_API_KEY", "up", "--host", "::")]
    [InlineData(3, "there is no file", "serve", "--api-key-file", "/nowhere/key")]
    [InlineData(2, "visible ASCII", "serve", "--api-key-file", "/dev/null")]
    [InlineData(2, "--allowed-origin", "serve", "--allowed-origin", "chat.example.org")]
    [InlineData(2, "--port is '70000'", "up", "--port", "70000")]
    [InlineData(2, "--tls-key", "serve", "--tls-cert", "/etc/passwd")]
    [InlineData(3, "--tls-cert: there is no file", "up", "--tls-cert", "/nowhere/cert", "--tls-key", "/nowhere/key")]
    [InlineData(2, "--max-body is 'much'", "serve", "--max-body", "much")]
    public async Task Who_is_let_in_is_settled_before_a_model_is_loaded(int exitCode, string message, params string[] arguments)
    {
        var run = await Executable.RunAsync(arguments);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("up")]
    public async Task A_port_that_is_taken_ends_the_command_before_a_model_is_looked_for_and_no_other_is_taken(string command)
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var run = await Executable.RunAsync(command, "/nowhere/model.gguf", "--port", $"{port}");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"freehold: port {port} is taken by another program (ss -ltnp 'sport = :{port}' shows which); stop that, or choose another port with --port, or 0 for any free one", run.Error.Trim());
    }

    private static async Task<string> StreamAsync(HttpClient http, int seed)
    {
        using var response = await http.PostAsJsonAsync("v1/completions", new { model = "stories260K-f32", prompt = "Once upon", temperature = 1.0, seed, max_tokens = 40, stream = true }, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        return string.Concat(body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(line => (string)JsonNode.Parse(line[6..])!["choices"]![0]!["text"]!));
    }
}
