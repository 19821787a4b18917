using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Hosting;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Tests.Logging;

public class RequestLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The lines that a server logs while it is used.</summary>
    private static async Task<List<string>> LinesAsync(LogFormat format, Func<RunningGateway, Task> use, ApiKey? key = null)
    {
        using var output = new StringWriter();
        await using (var log = new LogWriter(output, format, TimeProvider.System))
        {
            await using var gateway = await RunningGateway.StartAsync(options => options with { RequestLog = log, Key = key });
            if (key is not null)
                gateway.Http.DefaultRequestHeaders.Add("Authorization", "Bearer a-secret-key");
            gateway.Http.DefaultRequestHeaders.UserAgent.ParseAdd("OpenAI/JS 6.1 (node)");
            await use(gateway);
        }
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_has_one_line_with_its_tokens_and_times_and_nothing_of_its_content(bool streamed)
    {
        foreach (var dialect in new[] { Dialect.OpenAi, Dialect.Anthropic, Dialect.Ollama })
        {
            string? id = null;
            var lines = await LinesAsync(LogFormat.Json, async gateway =>
            {
                gateway.Model.Tokens = _ => ["confi", "dential"];
                using var response = await gateway.Http.PostAsync(new Uri(dialect.Path, UriKind.Relative), RunningGateway.Json(streamed ? dialect.Streamed : dialect.Whole), Cancel);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                id = response.Headers.GetValues("x-request-id").Single();
                await response.Content.ReadAsStringAsync(Cancel);
            }, new ApiKey("a-secret-key"));
            var line = JsonNode.Parse(Assert.Single(lines))!;
            Assert.Equal((id, "127.0.0.1", "OpenAI/JS", $"POST {dialect.Path}", "parrot", 200), ((string?)line["id"], (string?)line["client"], (string?)line["agent"], (string?)line["endpoint"], (string?)line["model"], (int)line["status"]!));
            Assert.Equal((7, 4, 2), ((int)line["prompt_tokens"]!, (int)line["cached_tokens"]!, (int)line["answer_tokens"]!));
            Assert.InRange((double)line["first_token_seconds"]!, 0, (double)line["total_seconds"]!);
            Assert.DoesNotContain("secret", lines[0], StringComparison.Ordinal);
            Assert.DoesNotContain("confi", lines[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refusal_has_its_code_and_parameter_whoever_refused()
    {
        var lines = await LinesAsync(LogFormat.Text, async gateway =>
        {
            await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}],"temperature":9}""");
            await gateway.PostAsync("/v1/responsess?key=in-a-query", "{}");
            using var foreign = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "Origin", "https://evil.example" } } };
            using var refused = await gateway.Http.SendAsync(foreign, Cancel);
            gateway.Model.Before = (index, _) => index == 1 ? throw new InvalidOperationException("confidential") : Task.CompletedTask;
            await gateway.StreamAsync("/v1/chat/completions", Dialect.OpenAi.Streamed);
        });
        Assert.Equal(4, lines.Count);
        Assert.Contains("endpoint=\"POST /v1/chat/completions\"", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("status=400 code=invalid_value param=temperature", lines[0], StringComparison.Ordinal);
        Assert.Contains("endpoint=\"POST /v1/responsess\"", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("status=404 code=unknown_url", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("status=403 code=foreign_origin", lines[2], StringComparison.Ordinal);
        // The answer had begun: its status was sent, and the line says what became of it.
        Assert.EndsWith("status=200 code=internal_error", lines[3], StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_that_are_answered_leave_no_line()
    {
        var lines = await LinesAsync(LogFormat.Text, async gateway =>
        {
            foreach (var path in new[] { "/health/live", "/health/ready", "/metrics" })
                await gateway.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);
        });
        Assert.Empty(lines);
    }

    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    public async Task What_clients_choose_can_end_no_line_and_move_no_cursor(LogFormat format)
    {
        var hostile = "a\nstatus=200\r\u001b[2J\u2028\u202e\u0085 \"x\"\\" + new string('y', 1000);
        using var output = new StringWriter();
        await using (var log = new LogWriter(output, format, TimeProvider.System))
        {
            log.Tell(new RequestLine(DateTimeOffset.UnixEpoch, "req_1", "c", hostile, "GET /" + hostile, 404, TimeSpan.FromSeconds(1)) { Code = "unknown_parameter", Parameter = hostile });
            log.Tell(LogLevel.Warning, "c", hostile, "req_1", new InvalidOperationException(hostile));
        }
        var text = output.ToString();
        Assert.DoesNotContain(text, c => c != '\n' && (char.IsControl(c) || c is '\u2028' or '\u202e'));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // A trace has lines of its own in text, all indented.
        Assert.Equal(2, lines.Count(line => !line.StartsWith("    ", StringComparison.Ordinal)));
        Assert.True(lines[0].Length < 1500);
        if (format == LogFormat.Json)
            Assert.All(lines, line => JsonNode.Parse(line));
    }

    [Fact]
    public async Task What_was_guessed_ahead_is_told_where_something_was()
    {
        using var output = new StringWriter();
        await using (var log = new LogWriter(output, LogFormat.Text, TimeProvider.System))
            log.Tell(new RequestLine(DateTimeOffset.UnixEpoch, "req_1", null, null, "GET /", 200, TimeSpan.Zero) { Guesses = (40, 31) });
        Assert.Contains(" guessed=40 came_true=31 ", output.ToString(), StringComparison.Ordinal);
        await using (var log = new LogWriter(output, LogFormat.Json, TimeProvider.System))
            log.Tell(new RequestLine(DateTimeOffset.UnixEpoch, "req_1", null, null, "GET /", 200, TimeSpan.Zero) { Guesses = (40, 31) });
        var told = JsonNode.Parse(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
        Assert.Equal((40, 31), ((int)told["guessed_tokens"]!, (int)told["guesses_came_true"]!));
    }

    [Fact]
    public async Task A_reader_of_the_log_that_is_too_slow_holds_nothing_up_and_what_was_lost_is_counted()
    {
        using var output = new BlockedWriter();
        await using var log = new LogWriter(output, LogFormat.Text, TimeProvider.System);
        var line = new RequestLine(DateTimeOffset.UnixEpoch, "req_1", null, null, "GET /", 200, TimeSpan.Zero);
        log.Tell(line);
        await output.Reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        for (var i = 0; i < 5000; i++)
            log.Tell(line);
        output.Release.Set();
        await log.DisposeAsync();
        var lines = output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + 4096 + 1, lines.Length);
        Assert.EndsWith("904 lines were dropped: whoever reads this log is too slow", lines[^1], StringComparison.Ordinal);
    }

    private sealed class BlockedWriter : StringWriter
    {
        public TaskCompletionSource Reached { get; } = new();
        public ManualResetEventSlim Release { get; } = new();
        public string Text => ToString();

        public override void WriteLine(string? value)
        {
            Reached.TrySetResult();
            Release.Wait(Cancel);
            base.WriteLine(value);
        }

        protected override void Dispose(bool disposing)
        {
            Release.Dispose();
            base.Dispose(disposing);
        }
    }
}
