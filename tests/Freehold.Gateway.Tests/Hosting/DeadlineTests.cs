using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Hosting;

/// <summary>Clocks here run a thousand times as fast: a deadline of 100 seconds is a tenth of one.</summary>
public class DeadlineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<RunningGateway> StartAsync() => RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never });

    private static async Task<(HttpResponseMessage Response, string Text)> AskAsync(RunningGateway gateway, string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = RunningGateway.Json(body) };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        var response = await gateway.Http.SendAsync(request, Cancel);
        return (response, await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(nameof(Dialect.OpenAi), "Freehold-Deadline")]
    [InlineData(nameof(Dialect.Anthropic), "Freehold-Deadline")]
    [InlineData(nameof(Dialect.Ollama), "Freehold-Deadline")]
    [InlineData(nameof(Dialect.OpenAi), "X-Stainless-Timeout")]
    [InlineData(nameof(Dialect.Anthropic), "X-Stainless-Timeout")]
    public async Task A_whole_answer_that_is_not_there_in_time_is_refused_and_its_generation_ends(string name, string header)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await StartAsync();
        gateway.Model.Before = (index, cancel) => index < 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancel);
        var (response, text) = await AskAsync(gateway, dialect.Path, dialect.Whole, (header, "100"));
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("deadline_exceeded", dialect.CodeOf(JsonNode.Parse(text)!));
        if (dialect == Dialect.Anthropic)
            Assert.Equal("timeout_error", (string?)JsonNode.Parse(text)!["error"]!["type"]);
        await gateway.Model.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    [Theory]
    [InlineData(nameof(Dialect.OpenAi))]
    [InlineData(nameof(Dialect.Anthropic))]
    [InlineData(nameof(Dialect.Ollama))]
    public async Task A_stream_that_runs_over_its_deadline_ends_with_the_dialects_error(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await StartAsync();
        gateway.Model.Before = (index, cancel) => index < 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancel);
        var (response, text) = await AskAsync(gateway, dialect.Path, dialect.Streamed, ("Freehold-Deadline", "300"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Pa", text, StringComparison.Ordinal);
        Assert.Equal("deadline_exceeded", dialect.CodeOf(dialect.LastOf(text)));
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"done\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_vendors_header_limits_the_wait_for_headers_and_not_a_stream_that_has_begun()
    {
        await using var gateway = await StartAsync();
        gateway.Model.Before = (index, cancel) => index != 1 ? Task.CompletedTask : Task.Delay(2500, cancel);
        var (_, text) = await AskAsync(gateway, Dialect.OpenAi.Path, Dialect.OpenAi.Streamed, ("X-Stainless-Timeout", "2000"));
        Assert.EndsWith("[DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_is_told_how_urgent_a_request_is()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await AskAsync(gateway, Dialect.OpenAi.Path, Dialect.OpenAi.Whole, ("X-Stainless-Timeout", "600"), ("Freehold-Deadline", "20.5"), ("Freehold-Priority", "batch"));
        await AskAsync(gateway, Dialect.Ollama.Path, Dialect.Ollama.Whole, ("X-Stainless-Timeout", "600"), ("Freehold-Priority", "interactive"));
        await AskAsync(gateway, Dialect.Anthropic.Path, Dialect.Anthropic.Whole);
        var calls = gateway.Model.Calls.Select(call => call.Options.AdditionalProperties!).ToList();
        Assert.Equal((TimeSpan.FromSeconds(20.5), "batch"), (calls[0]["first_token_within"], calls[0]["priority"]));
        // JavaScript's clients cut off what is below a second.
        Assert.Equal(TimeSpan.FromSeconds(601), calls[1]["first_token_within"]);
        Assert.False(calls[1].ContainsKey("priority"));
        Assert.False(calls[2].ContainsKey("first_token_within"));
    }

    [Theory]
    [InlineData("Freehold-Deadline", "soon")]
    [InlineData("Freehold-Deadline", "0")]
    [InlineData("Freehold-Deadline", "1e9")]
    [InlineData("Freehold-Priority", "urgent")]
    public async Task A_header_of_ours_that_makes_no_sense_is_refused_by_name(string header, string value)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (response, text) = await AskAsync(gateway, Dialect.OpenAi.Path, Dialect.OpenAi.Whole, (header, value));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(header, (string?)JsonNode.Parse(text)!["error"]!["param"]);
        Assert.Empty(gateway.Model.Calls);
    }

    [Fact]
    public async Task A_vendors_header_that_is_no_number_sets_no_limit()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (response, _) = await AskAsync(gateway, Dialect.OpenAi.Path, Dialect.OpenAi.Whole, ("X-Stainless-Timeout", "inf"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(gateway.Model.Calls.Single().Options.AdditionalProperties!.ContainsKey("first_token_within"));
    }

    [Fact]
    public async Task A_refusal_that_no_wait_mends_tells_clients_not_to_try_again()
    {
        await using var gateway = await RunningGateway.StartAsync(explain: _ => new Freehold.Gateway.Serving.Refusal(429, "deadline_unreachable", null, "too late"));
        gateway.Model.Before = (_, _) => throw new InvalidOperationException();
        var (response, _) = await AskAsync(gateway, Dialect.OpenAi.Path, Dialect.OpenAi.Streamed);
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
    }
}
