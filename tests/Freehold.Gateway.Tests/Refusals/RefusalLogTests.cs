using System.Text.Json.Nodes;
using Freehold.Gateway.Refusals;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Refusals;

public class RefusalLogTests
{
    private static RefusedEntry Entry(int number) => new(RefusedKind.Refused, "client", "127.0.0.1", "POST /v1/chat/completions", 400, "unknown_parameter", $"p{number}");

    [Fact]
    public void The_last_50_are_kept_the_latest_first_and_the_same_again_is_counted()
    {
        var log = new RefusalLog(TimeProvider.System);
        for (var i = 0; i < 60; i++)
            log.Add(Entry(i));
        Assert.Equal(Enumerable.Range(10, 50).Reverse().Select(i => $"p{i}"), log.Entries.Select(entry => entry.Parameter));
        log.Add(Entry(20));
        log.Add(Entry(20));
        Assert.Equal(("p20", 3L, 50), (log.Entries[0].Parameter, log.Entries[0].Count, log.Entries.Count));
        log.Clear();
        Assert.Empty(log.Entries);
    }

    [Fact]
    public async Task Programs_read_who_was_refused_what_and_nothing_of_what_was_said()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Http.DefaultRequestHeaders.UserAgent.ParseAdd("OpenAI/JS 6.49.0 (secret)");
        await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"secret"}],"verbosity":"secret"}""");
        await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"secret"}],"metadata":{"secret":"secret"}}""");
        await gateway.PostAsync("/v1/messages", """{"model":"secret","max_tokens":1,"messages":[{"role":"user","content":"secret"}]}""");
        await gateway.PostAsync("/nowhere?secret", "{}");
        using var answer = await gateway.Http.GetAsync(new Uri("/freehold/refused", UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Equal(
            ["POST /nowhere 404 unknown_url ", "POST /v1/messages 404 model_not_found model", "POST /v1/chat/completions 200 inert metadata", "POST /v1/chat/completions 400 unsupported_parameter verbosity"],
            JsonNode.Parse(text)!["refused"]!.AsArray().Select(entry => $"{entry!["endpoint"]} {entry["status"]} {entry["code"]} {entry["parameter"]}"));
        Assert.All(JsonNode.Parse(text)!["refused"]!.AsArray(), entry => Assert.Equal("OpenAI/JS", (string?)entry!["client"]));
    }

    [Fact]
    public void Every_code_has_its_fix()
    {
        var unknown = Fixes.Of("no such code");
        foreach (var code in typeof(ErrorCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!))
            Assert.True(Fixes.Of(code) is { Length: > 5 } fix && fix != unknown, code);
    }
}
