using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.OpenAi.Batches;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.OpenAi;

public class BatchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Chat(string id, string text, string model = "parrot") =>
        $$"""{"custom_id":"{{id}}","method":"POST","url":"/v1/chat/completions","body":{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}]} }""";

    private static async Task<(HttpStatusCode Status, JsonNode Body)> UploadAsync(RunningGateway gateway, string content, string purpose = "batch", string name = "in.jsonl")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", name }, { new StringContent(purpose), "purpose" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/files", UriKind.Relative)) { Content = form, Headers = { ExpectContinue = true } }; // the answer may come before the bytes have gone
        using var response = await gateway.Http.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }

    private static async Task<JsonNode> GetAsync(RunningGateway gateway, string path) =>
        JsonNode.Parse(await (await gateway.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel)).Content.ReadAsStringAsync(Cancel))!;

    private static async Task<JsonNode> StartAsync(RunningGateway gateway, string endpoint, params string[] lines)
    {
        var (_, file) = await UploadAsync(gateway, string.Join('\n', lines));
        return (await gateway.PostAsync("/v1/batches", $$"""{"input_file_id":"{{(string)file["id"]!}}","endpoint":"{{endpoint}}","completion_window":"24h","metadata":{"a":"b"} }""")).Body;
    }

    private static async Task<JsonNode> EndOfAsync(RunningGateway gateway, JsonNode batch)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            var now = await GetAsync(gateway, $"/v1/batches/{(string)batch["id"]!}");
            if ((string)now["status"]! is "completed" or "failed" or "cancelled" or "expired")
                return now;
            await Task.Delay(20, Cancel);
        }
        throw new TimeoutException("the batch did not end");
    }

    private static async Task<List<JsonNode>> ResultsAsync(RunningGateway gateway, JsonNode batch, string file) =>
        [.. (await gateway.Http.GetStringAsync(new Uri($"/v1/files/{(string)batch[file]!}/content", UriKind.Relative), Cancel)).TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!)];

    [Fact]
    public async Task A_batch_answers_each_line_behind_what_somebody_waits_for_and_tells_what_was_refused_apart()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var begun = await StartAsync(gateway, "/v1/chat/completions", Chat("one", "1"), "", Chat("two", "2", "nobody"), Chat("three", "3"));
        Assert.Equal(("batch", "in_progress", 3), ((string)begun["object"]!, (string)begun["status"]!, (int)begun["request_counts"]!["total"]!));
        var ended = await EndOfAsync(gateway, begun);
        Assert.Equal("""{"total":3,"completed":2,"failed":1}""", ended["request_counts"]!.ToJsonString());
        Assert.Equal(("completed", "b"), ((string)ended["status"]!, (string)ended["metadata"]!["a"]!));
        var output = await ResultsAsync(gateway, ended, "output_file_id");
        Assert.Equal(["one", "three"], output.Select(line => (string)line["custom_id"]!)); // in the order of the lines
        Assert.All(output, line => Assert.Equal((200, "Paris."), ((int)line["response"]!["status_code"]!, (string)line["response"]!["body"]!["choices"]![0]!["message"]!["content"]!)));
        var refused = (await ResultsAsync(gateway, ended, "error_file_id")).Single();
        Assert.Equal(("two", 404, "model_not_found"), ((string)refused["custom_id"]!, (int)refused["response"]!["status_code"]!, (string)refused["response"]!["body"]!["error"]!["code"]!));
        Assert.All(gateway.Model.Calls, call => Assert.Equal("batch", call.Options.AdditionalProperties!["priority"]));
        Assert.Equal("batch_output", (string)(await GetAsync(gateway, $"/v1/files/{(string)ended["output_file_id"]!}"))["purpose"]!);
    }

    [Theory]
    [InlineData("/v1/completions", """{"model":"parrot","prompt":"x"}""")]
    [InlineData("/v1/embeddings", """{"model":"org/lengths","input":"x"}""")]
    [InlineData("/v1/responses", """{"model":"parrot","input":"x"}""")]
    public async Task Each_endpoint_of_a_batch_answers(string endpoint, string body)
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var ended = await EndOfAsync(gateway, await StartAsync(gateway, endpoint, $$"""{"custom_id":"a","method":"POST","url":"{{endpoint}}","body":{{body}}}"""));
        Assert.Equal(200, (int)(await ResultsAsync(gateway, ended, "output_file_id")).Single()["response"]!["status_code"]!);
    }

    [Fact]
    public async Task A_file_with_a_line_that_is_no_request_fails_and_says_which_lines_and_why()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var failed = await StartAsync(gateway, "/v1/chat/completions", Chat("one", "1"), "no json", Chat("one", "again"), """{"custom_id":"x","method":"POST","url":"/v1/embeddings","body":{}}""");
        Assert.Equal("failed", (string)failed["status"]!);
        Assert.Equal([(2, "invalid_json_line"), (3, "duplicate_custom_id"), (4, "invalid_url")], failed["errors"]!["data"]!.AsArray().Select(error => ((int)error!["line"]!, (string)error["code"]!)));
        Assert.Empty(gateway.Model.Calls);
    }

    [Fact]
    public async Task A_batch_that_is_cancelled_keeps_what_was_answered()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var second = new TaskCompletionSource();
        gateway.Model.Before = (count, stop) =>
        {
            if (gateway.Model.Calls[^1].Messages[0].Text != "2" && gateway.Model.Calls.Count < 2)
                return Task.CompletedTask;
            second.TrySetResult();
            return Task.Delay(Timeout.Infinite, stop);
        };
        var begun = await StartAsync(gateway, "/v1/chat/completions", [.. Enumerable.Range(1, 40).Select(line => Chat($"{line}", $"{line}"))]);
        await second.Task.WaitAsync(Cancel);
        var (status, cancelling) = await gateway.PostAsync($"/v1/batches/{(string)begun["id"]!}/cancel", "");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains((string)cancelling["status"]!, (string[])["cancelling", "cancelled"]);
        var ended = await EndOfAsync(gateway, begun);
        Assert.Equal("cancelled", (string)ended["status"]!);
        Assert.True((int)ended["request_counts"]!["completed"]! < 40);
        Assert.Equal(HttpStatusCode.OK, (await gateway.PostAsync($"/v1/batches/{(string)begun["id"]!}/cancel", "")).Status); // again: it is so already
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again_and_no_line_is_lost()
    {
        var refusals = 3;
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never }, stores: true,
            explain: failure => failure is FormatException ? new Refusal(429, "queue_full", null, "later", TimeSpan.FromSeconds(1)) : null);
        gateway.Model.Before = (_, _) => Interlocked.Decrement(ref refusals) >= 0 ? throw new FormatException() : Task.CompletedTask;
        var ended = await EndOfAsync(gateway, await StartAsync(gateway, "/v1/chat/completions", Chat("one", "1"), Chat("two", "2")));
        Assert.Equal("""{"total":2,"completed":2,"failed":0}""", ended["request_counts"]!.ToJsonString());
    }

    [Fact]
    public async Task Files_are_listed_shown_read_and_deleted_with_their_bytes()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        var secret = $"secret-{Guid.NewGuid():N}";
        var (status, file) = await UploadAsync(gateway, secret, "user_data", "../../etc/passwd");
        Assert.Equal((HttpStatusCode.OK, "passwd", "user_data", secret.Length), (status, (string)file["filename"]!, (string)file["purpose"]!, (int)file["bytes"]!));
        await UploadAsync(gateway, "{}", "batch");
        var path = $"/v1/files/{(string)file["id"]!}";
        Assert.True(JsonNode.DeepEquals(file, await GetAsync(gateway, path)));
        Assert.Equal(2, (await GetAsync(gateway, "/v1/files"))["data"]!.AsArray().Count);
        Assert.Equal((string)file["id"]!, (string)(await GetAsync(gateway, "/v1/files?purpose=user_data"))["data"]!.AsArray().Single()!["id"]!);
        Assert.Equal(secret, await gateway.Http.GetStringAsync(new Uri(path + "/content", UriKind.Relative), Cancel));
        var bytes = Path.Combine(gateway.Folder!, "files", (string)file["id"]!);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bytes));
        using var deleted = await gateway.Http.DeleteAsync(new Uri(path, UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.False(File.Exists(bytes));
        Assert.Equal("file_not_found", (string)(await GetAsync(gateway, path))["error"]!["code"]!);
    }

    [Fact]
    public async Task An_upload_that_cannot_be_kept_is_refused_and_leaves_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true, adjust: options => options with { State = options.State with { MaxFileBytes = 1000 } });
        Assert.Equal((HttpStatusCode.BadRequest, "purpose"), ((await UploadAsync(gateway, "x", "fine-tune")) is var (status, body) ? (status, (string)body["error"]!["param"]!) : default));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await UploadAsync(gateway, new string('x', 1001))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await UploadAsync(gateway, new string('x', 200_000))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.PostAsync("/v1/files", "{}")).Status);
        Assert.Empty(Directory.GetFiles(Path.Combine(gateway.Folder!, "files")));
    }

    [Fact]
    public async Task Anthropics_files_share_the_path_and_are_refused_in_its_words()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        foreach (var path in (string[])["/v1/files", "/v1/files/file_1", "/v1/files/file_1/content"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "anthropic-version", "2023-06-01" } } };
            using var response = await gateway.Http.SendAsync(request, Cancel);
            Assert.Equal("error", (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["type"]!);
            Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
        }
    }

    [Fact]
    public async Task What_is_older_than_the_retention_is_swept_away_with_its_bytes()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        await gateway.PostAsync("/v1/responses", """{"model":"parrot","input":"x"}""");
        await UploadAsync(gateway, "x");
        await gateway.EndAsync();
        var options = new GatewayOptions { State = new StateOptions { Folder = gateway.Folder }, Clock = new ShiftedClock(TimeSpan.FromDays(31)) };
        using var later = new StateStore(options);
        using var upkeep = new StateUpkeep(later, new FileStore(later), null!, options.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<StateUpkeep>.Instance);
        await upkeep.SweepAsync(Cancel);
        Assert.Empty(Directory.GetFiles(Path.Combine(gateway.Folder!, "files")));
        Assert.Equal(0, await later.Require().ReadAsync(session => session.First("SELECT (SELECT COUNT(*) FROM responses) + (SELECT COUNT(*) FROM response_items) + (SELECT COUNT(*) FROM files)", row => row.GetInt32(0)), Cancel));
    }

    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
