using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Ollama;

/// <summary>What changes the models that there are.</summary>
public class LibraryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<HttpResponseMessage> SendAsync(RunningGateway gateway, string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = RunningGateway.Json(body) };
        return await gateway.Http.SendAsync(request, Cancel);
    }

    [Fact]
    public async Task A_pull_tells_how_far_it_is_and_that_it_is_done()
    {
        var library = new ScriptedLibrary();
        await using var gateway = await RunningGateway.StartAsync(library: library);
        var lines = await gateway.LinesAsync("/api/pull", """{"model":"hf.co/owner/repo:Q8_0"}""");
        Assert.Equal("""{"status":"pulling a.gguf","digest":"a.gguf","total":10,"completed":4}""", lines[0].ToJsonString());
        Assert.Equal("""{"status":"success"}""", lines[^1].ToJsonString());
        var (status, whole) = await gateway.PostAsync("/api/pull", """{"name":"x","stream":false}""");
        Assert.Equal((HttpStatusCode.OK, """{"status":"success"}"""), (status, whole.ToJsonString()));
        Assert.Equal(["pull hf.co/owner/repo:Q8_0", "pull x"], library.Asked);
    }

    [Fact]
    public async Task A_pull_that_may_not_be_has_its_own_status_and_one_that_breaks_off_says_why_inside()
    {
        var library = new ScriptedLibrary { Before = _ => throw new RefusedException(new Refusal(403, "pull_refused", "model", "FREEHOLD_OFFLINE=1 is set")) };
        await using var gateway = await RunningGateway.StartAsync(library: library);
        var (status, body) = await gateway.PostAsync("/api/pull", """{"model":"x"}""");
        Assert.Equal((HttpStatusCode.Forbidden, "FREEHOLD_OFFLINE=1 is set"), (status, (string)body["error"]!));
        library.Before = index => index == 1 ? throw new RefusedException(new Refusal(502, "pull_failed", "model", "the source hung up")) : Task.CompletedTask;
        var lines = await gateway.LinesAsync("/api/pull", """{"model":"x"}""");
        Assert.Equal(["pulling a.gguf", null], lines.Select(line => (string?)line["status"]));
        Assert.Equal("the source hung up", (string)lines[^1]["error"]!);
    }

    [Fact]
    public async Task A_pull_that_is_slow_to_begin_keeps_its_client()
    {
        var library = new ScriptedLibrary { Before = index => index == 0 ? Task.Delay(200, Cancel) : Task.CompletedTask };
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never }, library: library);
        var lines = await gateway.LinesAsync("/api/pull", """{"model":"x"}""");
        Assert.Equal("pulling manifest", (string)lines[0]["status"]!);
        Assert.Equal("success", (string)lines[^1]["status"]!);
    }

    [Fact]
    public async Task Models_are_removed_and_given_names()
    {
        var library = new ScriptedLibrary();
        await using var gateway = await RunningGateway.StartAsync(library: library);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "DELETE", "/api/delete", """{"model":"a"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "DELETE", "/api/delete", """{"name":"b"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, "POST", "/api/copy", """{"source":"a","destination":"c"}""")).StatusCode);
        Assert.Equal(["delete a", "delete b", "copy a c"], library.Asked);
        library.Refusal = new Refusal(409, "model_pinned", "model", "'a' is pinned");
        using var pinned = await SendAsync(gateway, "DELETE", "/api/delete", """{"model":"a"}""");
        Assert.Equal(HttpStatusCode.Conflict, pinned.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/api/pull", "{}", "model")]
    [InlineData("POST", "/api/pull", """{"model":"x","insecure":true}""", "insecure")]
    [InlineData("DELETE", "/api/delete", "{}", "model")]
    [InlineData("POST", "/api/copy", """{"source":"x"}""", "destination")]
    [InlineData("POST", "/api/copy", """{"destination":"x"}""", "source")]
    public async Task What_they_need_is_named(string method, string path, string body, string param)
    {
        var library = new ScriptedLibrary();
        await using var gateway = await RunningGateway.StartAsync(library: library);
        using var response = await SendAsync(gateway, method, path, body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["param"]!);
        Assert.Empty(library.Asked);
    }

    [Fact]
    public async Task With_a_key_nobody_without_it_changes_anything()
    {
        var library = new ScriptedLibrary();
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") }, library: library);
        foreach (var (method, path) in new[] { ("POST", "/api/pull"), ("DELETE", "/api/delete"), ("POST", "/api/copy"), ("POST", "/api/generate") })
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(gateway, method, path, """{"model":"parrot","source":"a","destination":"b","keep_alive":0}""")).StatusCode);
        Assert.Empty(library.Asked);
    }
}
