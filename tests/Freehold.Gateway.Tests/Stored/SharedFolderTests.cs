using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Stored;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Stored;

/// <summary>Two servers that were given one data folder, and one that follows another.</summary>
public class SharedFolderTests
{
    private const string Ask = """{"model":"parrot","input":"Capital of France?"}""", Background = """{"model":"parrot","input":"x","background":true}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<RunningGateway> OnAsync(string folder) => RunningGateway.StartAsync(options => options with { State = new StateOptions { Folder = folder } });

    private static async Task<JsonNode> GetAsync(RunningGateway gateway, string id) => JsonNode.Parse(await gateway.Http.GetStringAsync(new Uri($"/v1/responses/{id}", UriKind.Relative), Cancel))!;

    [Fact]
    public async Task A_second_server_refuses_what_would_be_stored_and_harms_nothing_of_the_firsts_until_that_has_ended()
    {
        await using var first = await RunningGateway.StartAsync(stores: true);
        var go = new TaskCompletionSource();
        first.Model.Before = (_, _) => go.Task;
        var id = (string)(await first.PostAsync("/v1/responses", Background)).Body["id"]!;

        await using var second = await OnAsync(first.Folder!);
        var (status, body) = await second.PostAsync("/v1/responses", Ask);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_busy"), (status, (string)body["error"]!["code"]!));
        Assert.Empty(second.Model.Calls);
        Assert.Equal(HttpStatusCode.OK, (await second.PostAsync("/v1/responses", Ask[..^1] + ",\"store\":false}")).Status);

        Assert.Contains((string)(await GetAsync(first, id))["status"]!, new[] { "queued", "in_progress" });
        go.SetResult();
        for (var tries = 0; (string)(await GetAsync(first, id))["status"]! != "completed" && tries < 500; tries++)
            await Task.Delay(10, Cancel);
        await first.EndAsync();
        Assert.Equal(HttpStatusCode.OK, (await second.PostAsync("/v1/responses", Ask)).Status);
        Assert.Equal("completed", (string)(await GetAsync(second, id))["status"]!);
    }

    [Fact]
    public async Task What_was_being_answered_when_a_server_ended_has_failed_and_nothing_that_the_next_begins()
    {
        var folder = Directory.CreateTempSubdirectory("freehold-state").FullName;
        try
        {
            using (var ended = new StateStore(new GatewayOptions { State = new StateOptions { Folder = folder } }))
                await new ResponseStore(ended).BeginAsync("default", "resp_left", null, "in_progress", """{"id":"resp_left","status":"in_progress"}""", [], Cancel);
            await using var next = await OnAsync(folder);
            var go = new TaskCompletionSource();
            next.Model.Before = (_, _) => go.Task;
            var id = (string)(await next.PostAsync("/v1/responses", Background)).Body["id"]!;
            var left = await GetAsync(next, "resp_left");
            Assert.Equal(("failed", "server_error"), ((string)left["status"]!, (string)left["error"]!["code"]!));
            Assert.NotEqual("failed", (string)(await GetAsync(next, id))["status"]!);
            go.SetResult();
            await next.EndAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
