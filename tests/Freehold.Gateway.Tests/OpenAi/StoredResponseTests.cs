using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Stored;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.OpenAi;

public class StoredResponseTests
{
    private const string Ask = """{"model":"parrot","input":"Capital of France?"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(RunningGateway gateway, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var response = await gateway.Http.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(RunningGateway gateway, string path) => SendAsync(gateway, HttpMethod.Get, path);

    private static async Task<JsonNode> EndOfAsync(RunningGateway gateway, string id)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            var (_, body) = await GetAsync(gateway, $"/v1/responses/{id}");
            if ((string)body["status"]! is not ("queued" or "in_progress"))
                return body;
            await Task.Delay(10, Cancel);
        }
        throw new TimeoutException($"the response {id} did not end");
    }

    [Fact]
    public async Task What_is_retrieved_is_what_was_answered()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, answered) = await gateway.PostAsync("/v1/responses", Ask);
        Assert.True((bool)answered["store"]!);
        var (status, found) = await GetAsync(gateway, $"/v1/responses/{(string)answered["id"]!}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(JsonNode.DeepEquals(answered, found), $"{answered}\n{found}");
    }

    [Fact]
    public async Task What_went_in_is_listed_in_pages_and_both_ways()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, answered) = await gateway.PostAsync("/v1/responses", """{"model":"parrot","input":[{"role":"user","content":"1"},{"role":"assistant","content":"2"},{"role":"user","content":"3"}]}""");
        var path = $"/v1/responses/{(string)answered["id"]!}/input_items";
        static string TextsOf(JsonNode list) => string.Concat(list["data"]!.AsArray().Select(item => (string)item!["content"]![0]!["text"]!));
        Assert.Equal("321", TextsOf((await GetAsync(gateway, path)).Body));
        var (_, first) = await GetAsync(gateway, path + "?order=asc&limit=2&include[]=message.output_text.logprobs");
        Assert.Equal(("12", true), (TextsOf(first), (bool)first["has_more"]!));
        var (_, rest) = await GetAsync(gateway, path + $"?order=asc&limit=2&after={(string)first["last_id"]!}");
        Assert.Equal(("3", false), (TextsOf(rest), (bool)rest["has_more"]!));
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync(gateway, path + "?order=sideways")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync(gateway, path + "?what=1")).Status);
    }

    [Fact]
    public async Task A_response_that_continues_others_is_given_all_that_was_said_but_no_earlier_instructions()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, first) = await gateway.PostAsync("/v1/responses", Ask[..^1] + ",\"instructions\":\"first\"}");
        var (_, second) = await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"And of Spain?","previous_response_id":"{{(string)first["id"]!}}"}""");
        await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"And of Italy?","previous_response_id":"{{(string)second["id"]!}}","instructions":"third"}""");
        Assert.Equal(["third", "Capital of France?", "Paris.", "And of Spain?", "Paris.", "And of Italy?"], gateway.Model.Calls[^1].Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task A_conversation_of_which_a_part_is_gone_cannot_be_continued()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, first) = await gateway.PostAsync("/v1/responses", Ask);
        var (_, second) = await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"x","previous_response_id":"{{(string)first["id"]!}}"}""");
        var (deleted, told) = await SendAsync(gateway, HttpMethod.Delete, $"/v1/responses/{(string)first["id"]!}");
        Assert.Equal((HttpStatusCode.OK, true), (deleted, (bool)told["deleted"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, $"/v1/responses/{(string)first["id"]!}")).Status);
        foreach (var (previous, status) in new[] { (second, HttpStatusCode.BadRequest), (first, HttpStatusCode.NotFound) })
        {
            var (refused, body) = await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"x","previous_response_id":"{{(string)previous["id"]!}}"}""");
            Assert.Equal((status, "previous_response_id"), (refused, (string)body["error"]!["param"]!));
        }
    }

    [Fact]
    public async Task Deleted_words_are_in_no_file_any_more()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var secret = $"secret-{Guid.NewGuid():N}";
        var (_, answered) = await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"{{secret}}","metadata":{"m":"{{secret}}"} }""");
        Assert.True(IsAnywhere(gateway.Folder!, secret));
        await SendAsync(gateway, HttpMethod.Delete, $"/v1/responses/{(string)answered["id"]!}");
        Assert.False(IsAnywhere(gateway.Folder!, secret));
    }

    private static bool IsAnywhere(string folder, string text) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("-lock", StringComparison.Ordinal)).Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;
    });

    [Fact]
    public async Task What_is_not_to_be_stored_is_not()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, answered) = await gateway.PostAsync("/v1/responses", Ask[..^1] + ",\"store\":false}");
        Assert.False((bool)answered["store"]!);
        Assert.Empty(Directory.GetFileSystemEntries(gateway.Folder!)); // not even the database was made
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, $"/v1/responses/{(string)answered["id"]!}")).Status);
    }

    [Fact]
    public async Task Where_nothing_is_stored_requests_that_do_not_ask_for_it_are_answered_and_others_are_told_why_not()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { State = new StateOptions { Folder = "/nowhere", OffReason = "FREEHOLD_STORE=off" } });
        var (status, answered) = await gateway.PostAsync("/v1/responses", Ask);
        Assert.Equal((HttpStatusCode.OK, false), (status, (bool)answered["store"]!));
        (HttpMethod Method, string Path, string? Body)[] asked =
        [
            (HttpMethod.Post, "/v1/responses", Ask[..^1] + ",\"store\":true}"), (HttpMethod.Get, "/v1/responses/resp_1", null), (HttpMethod.Delete, "/v1/responses/resp_1", null),
            (HttpMethod.Post, "/v1/conversations", "{}"), (HttpMethod.Get, "/v1/conversations/conv_1/items", null), (HttpMethod.Get, "/v1/files", null), (HttpMethod.Get, "/v1/batches", null),
        ];
        foreach (var (method, path, body) in asked)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : RunningGateway.Json(body) };
            using var response = await gateway.Http.SendAsync(request, Cancel);
            var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["error"]!;
            Assert.Equal((HttpStatusCode.BadRequest, "storage_off"), (response.StatusCode, (string)error["code"]!));
            Assert.Contains("FREEHOLD_STORE=off", (string)error["message"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_refuses_what_would_be_stored_before_anything_is_computed_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("freehold-state").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "state.db")); // a folder where the file should be
            await using var gateway = await RunningGateway.StartAsync(options => options with { State = new StateOptions { Folder = folder } });
            var (status, body) = await gateway.PostAsync("/v1/responses", Ask);
            Assert.Equal((507, "storage_failed"), ((int)status, (string)body["error"]!["code"]!));
            Assert.Empty(gateway.Model.Calls);
            Assert.Equal(HttpStatusCode.OK, (await gateway.PostAsync("/v1/responses", Ask[..^1] + ",\"store\":false}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}]}""")).Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_response_in_the_background_is_made_while_nobody_waits_and_its_events_can_be_read_again()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var go = new TaskCompletionSource();
        gateway.Model.Before = (count, _) => count == 1 ? go.Task : Task.CompletedTask;
        var (_, queued) = await gateway.PostAsync("/v1/responses", Ask[..^1] + ",\"background\":true}");
        var id = (string)queued["id"]!;
        Assert.Equal(("queued", true), ((string)queued["status"]!, (bool)queued["background"]!));
        Assert.Equal("in_progress", (string)(await GetAsync(gateway, $"/v1/responses/{id}")).Body["status"]!);
        var reading = gateway.Http.GetStringAsync(new Uri($"/v1/responses/{id}?stream=true&starting_after=1", UriKind.Relative), Cancel);
        Assert.False(reading.IsCompleted);
        go.SetResult();
        var ended = await EndOfAsync(gateway, id);
        Assert.Equal(("completed", "Paris."), ((string)ended["status"]!, (string)ended["output"]![0]!["content"]![0]!["text"]!));
        var events = (await reading)[..^2].Split("\n\n").Select(block => JsonNode.Parse(block.Split('\n')[1][6..])!).ToList();
        Assert.Equal(2, (int)events[0]["sequence_number"]!);
        Assert.Equal("response.completed", (string)events[^1]["type"]!);
    }

    [Fact]
    public async Task A_response_in_the_background_can_be_cancelled_and_another_cannot()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        gateway.Model.Before = (count, stop) => count == 1 ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask;
        var (_, queued) = await gateway.PostAsync("/v1/responses", Ask[..^1] + ",\"background\":true}");
        var (status, cancelled) = await SendAsync(gateway, HttpMethod.Post, $"/v1/responses/{(string)queued["id"]!}/cancel");
        Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, (string)cancelled["status"]!));
        await gateway.Model.Cancelled.Task.WaitAsync(Cancel);
        gateway.Model.Before = (_, _) => Task.CompletedTask;
        var (_, answered) = await gateway.PostAsync("/v1/responses", Ask);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(gateway, HttpMethod.Post, $"/v1/responses/{(string)answered["id"]!}/cancel")).Status);
    }

    [Fact]
    public async Task A_response_in_the_background_that_fails_says_why()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        gateway.Model.Before = (_, _) => throw new InvalidOperationException("broken");
        var (_, queued) = await gateway.PostAsync("/v1/responses", Ask[..^1] + ",\"background\":true}");
        var failed = await EndOfAsync(gateway, (string)queued["id"]!);
        Assert.Equal(("failed", "server_error"), ((string)failed["status"]!, (string)failed["error"]!["code"]!));
    }

    [Fact]
    public async Task A_conversation_grows_with_each_response()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, conversation) = await gateway.PostAsync("/v1/conversations", """{"metadata":{"a":"b"},"items":[{"role":"user","content":"Hello"}]}""");
        var id = (string)conversation["id"]!;
        await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"Capital?","conversation":"{{id}}"}""");
        await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":"Again?","conversation":{"id":"{{id}}"} }""");
        Assert.Equal(["Hello", "Capital?", "Paris.", "Again?"], gateway.Model.Calls[^1].Messages.Select(message => message.Text));
        var (_, items) = await GetAsync(gateway, $"/v1/conversations/{id}/items?order=asc");
        Assert.Equal(5, items["data"]!.AsArray().Count);
        var item = (string)items["data"]![1]!["id"]!;
        Assert.Equal("Capital?", (string)(await GetAsync(gateway, $"/v1/conversations/{id}/items/{item}")).Body["content"]![0]!["text"]!);
        await SendAsync(gateway, HttpMethod.Delete, $"/v1/conversations/{id}/items/{item}");
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, $"/v1/conversations/{id}/items/{item}")).Status);
        var (_, updated) = await gateway.PostAsync($"/v1/conversations/{id}", """{"metadata":{"c":"d"}}""");
        Assert.Equal("""{"c":"d"}""", updated["metadata"]!.ToJsonString());
        await SendAsync(gateway, HttpMethod.Delete, $"/v1/conversations/{id}");
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, $"/v1/conversations/{id}")).Status);
    }

    [Fact]
    public async Task A_conversation_takes_one_response_at_a_time()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, conversation) = await gateway.PostAsync("/v1/conversations", "{}");
        var body = $$"""{"model":"parrot","input":"x","conversation":"{{(string)conversation["id"]!}}"}""";
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        gateway.Model.Before = (_, _) =>
        {
            begun.TrySetResult();
            return go.Task;
        };
        var first = gateway.PostAsync("/v1/responses", body);
        await begun.Task.WaitAsync(Cancel);
        var (status, refused) = await gateway.PostAsync("/v1/responses", body);
        Assert.Equal((HttpStatusCode.Conflict, "conversation_locked"), (status, (string)refused["error"]!["code"]!));
        go.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Equal(HttpStatusCode.OK, (await gateway.PostAsync("/v1/responses", body)).Status);
    }

    [Fact]
    public async Task A_reference_stands_for_the_stored_item()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, answered) = await gateway.PostAsync("/v1/responses", Ask);
        var item = (string)answered["output"]![0]!["id"]!;
        await gateway.PostAsync("/v1/responses", $$"""{"model":"parrot","input":[{"type":"item_reference","id":"{{item}}"},{"role":"user","content":"x"}]}""");
        Assert.Equal(["Paris.", "x"], gateway.Model.Calls[^1].Messages.Select(message => message.Text));
        var (status, body) = await gateway.PostAsync("/v1/responses", """{"model":"parrot","input":[{"id":"msg_nowhere"}]}""");
        Assert.Equal((HttpStatusCode.NotFound, "input[0].id"), (status, (string)body["error"]!["param"]!));
    }

    [Fact]
    public async Task What_belongs_to_one_owner_is_not_there_for_another()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var (_, answered) = await gateway.PostAsync("/v1/responses", Ask);
        var (_, conversation) = await gateway.PostAsync("/v1/conversations", "{}");
        var (response, talk, item) = ((string)answered["id"]!, (string)conversation["id"]!, (string)answered["output"]![0]!["id"]!);
        await gateway.EndAsync();
        using var state = new StateStore(new GatewayOptions { State = new StateOptions { Folder = gateway.Folder } });
        var (responses, conversations) = (new ResponseStore(state), new ConversationStore(state));
        foreach (var (owner, isThere) in new[] { ("default", true), ("another", false) })
        {
            Assert.Equal(isThere, await responses.FindAsync(owner, response, Cancel) is not null);
            Assert.Equal(isThere, await responses.ChainAsync(owner, response, Cancel) is not null);
            Assert.Equal(isThere, await responses.InputAsync(owner, response, new PageRequest(null, 9, true), Cancel) is not null);
            Assert.Equal(isThere, await responses.ItemAsync(owner, item, Cancel) is not null);
            Assert.Equal(isThere, await conversations.FindAsync(owner, talk, null, Cancel) is not null);
            Assert.Equal(isThere, await conversations.ItemsAsync(owner, talk, Cancel) is not null);
        }
        Assert.False(await responses.DeleteAsync("another", response, Cancel));
        Assert.False(await conversations.DeleteAsync("another", talk, Cancel));
        Assert.True(await responses.DeleteAsync("default", response, Cancel));
    }
}
