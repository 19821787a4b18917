using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Freehold.Tests.Hosting;

/// <summary>A batch of the real program, which is killed (SIGKILL) while it works on it.</summary>
public sealed partial class BatchKillTests : IDisposable
{
    private const string Model = "SmolLM2-135M-Instruct-Q4_1";
    private const int Lines = 48, Kills = 2;
    private readonly string _home = Directory.CreateTempSubdirectory("freehold-kill").FullName;

    [GeneratedRegex(@"http://[^\s]+?:\d+/")]
    private static partial Regex Address();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_batch_survives_kill_9_no_finished_line_is_computed_again_and_none_is_lost()
    {
        var batch = "";
        Dictionary<string, string> finished = [];
        for (var kill = 0; kill < Kills; kill++)
        {
            var (server, http) = await StartAsync();
            using (server)
            using (http)
            {
                if (kill == 0)
                    batch = await BeginAsync(http);
                await UntilAsync(async () => (int)(await BatchAsync(http, batch))["request_counts"]!["completed"]! > finished.Count + 4);
                server.Kill();
                await server.WaitForExitAsync(Cancel);
            }
            var before = finished;
            finished = ReadFinished();
            Assert.InRange(finished.Count, before.Count + 1, Lines - 1); // or it was killed too late to show anything
            Assert.All(before, line => Assert.Equal(line.Value, finished[line.Key]));
        }
        var (last, client) = await StartAsync();
        using (last)
        using (client)
        {
            try
            {
                await UntilAsync(async () => (string)(await BatchAsync(client, batch))["status"]! == "completed");
                var ended = await BatchAsync(client, batch);
                Assert.Equal((Lines, 0), ((int)ended["request_counts"]!["completed"]!, (int)ended["request_counts"]!["failed"]!));
                var output = (await client.GetStringAsync(new Uri($"v1/files/{(string)ended["output_file_id"]!}/content", UriKind.Relative), Cancel)).TrimEnd('\n').Split('\n');
                var byId = output.ToDictionary(line => (string)JsonNode.Parse(line)!["custom_id"]!);
                Assert.Equal(Enumerable.Range(0, Lines).Select(line => $"line-{line}"), byId.Keys);
                Assert.All(finished, line => Assert.Equal(line.Value, byId[line.Key])); // with the very ids that were random when they were computed
            }
            finally
            {
                last.Kill();
                await last.WaitForExitAsync(Cancel);
            }
        }
    }

    private async Task<(Process Server, HttpClient Http)> StartAsync()
    {
        var server = Process.Start(Executable.Start(["up", "--port", "0", "--context", "256", "--max-streams", "4"], new Dictionary<string, string?> { ["FREEHOLD_DATA"] = _home, ["FREEHOLD_OFFLINE"] = "1" }))!;
        _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = "";
        while (!output.Contains("Ctrl-C", StringComparison.Ordinal))
            output += await server.StandardOutput.ReadLineAsync(Cancel) is { } line ? line + "\n" : throw new InvalidOperationException($"it ended early: {output}");
        return (server, new HttpClient { BaseAddress = new Uri(Address().Match(output).Value) });
    }

    private static async Task<string> BeginAsync(HttpClient http)
    {
        var lines = string.Join('\n', Enumerable.Range(0, Lines).Select(line => new JsonObject
        {
            ["custom_id"] = $"line-{line}",
            ["method"] = "POST",
            ["url"] = "/v1/chat/completions",
            ["body"] = new JsonObject { ["model"] = Model, ["max_tokens"] = 12, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = $"Tell me about the number {line}." }) },
        }.ToJsonString()));
        using var form = new MultipartFormDataContent { { new StringContent(lines), "file", "in.jsonl" }, { new StringContent("batch"), "purpose" } };
        using var uploaded = await http.PostAsync(new Uri("v1/files", UriKind.Relative), form, Cancel);
        var file = (string)JsonNode.Parse(await uploaded.Content.ReadAsStringAsync(Cancel))!["id"]!;
        using var begun = await http.PostAsync(new Uri("v1/batches", UriKind.Relative), new StringContent($$"""{"input_file_id":"{{file}}","endpoint":"/v1/chat/completions","completion_window":"24h"}"""), Cancel);
        return (string)JsonNode.Parse(await begun.Content.ReadAsStringAsync(Cancel))!["id"]!;
    }

    private static async Task<JsonNode> BatchAsync(HttpClient http, string id) => JsonNode.Parse(await http.GetStringAsync(new Uri($"v1/batches/{id}", UriKind.Relative), Cancel))!;

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(120), "the batch made no progress within two minutes");
            await Task.Delay(20, Cancel);
        }
    }

    private Dictionary<string, string> ReadFinished()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_home, "state.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT custom_id, result FROM batch_lines WHERE result IS NOT NULL";
        using var rows = command.ExecuteReader();
        var found = new Dictionary<string, string>();
        while (rows.Read())
            found.Add(rows.GetString(0), rows.GetString(1));
        return found;
    }
}
