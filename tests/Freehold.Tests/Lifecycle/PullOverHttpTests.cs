using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Freehold.Tests.Lifecycle;

/// <summary>The real program takes a model from the site's mirror (a folder, as over an air gap) when a client of Ollama asks, serves it, gives it another name, and removes it.</summary>
public sealed partial class PullOverHttpTests : IDisposable
{
    private readonly string _mirror = Directory.CreateTempSubdirectory("freehold-mirror").FullName;
    private readonly string _data = Directory.CreateTempSubdirectory("freehold-pull").FullName;

    [GeneratedRegex(@"http://[^\s]+?:\d+/")]
    private static partial Regex Address();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(_mirror, recursive: true);
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_model_is_pulled_served_named_and_removed_over_HTTP()
    {
        var (pulled, served) = (SharedData.Require("models/stories260K-f32.gguf"), SharedData.Require("models/stories260K-q8_0.gguf"));
        Assert.Equal(0, (await Executable.RunAsync(["import", pulled, "--as", "site/tales", "--copy"], "", new Dictionary<string, string?> { ["FREEHOLD_DATA"] = _mirror })).ExitCode);
        using var server = Process.Start(Executable.Start(["serve", served, "--port", "0"], new Dictionary<string, string?> { ["FREEHOLD_DATA"] = _data, ["FREEHOLD_MIRROR"] = _mirror, ["FREEHOLD_OFFLINE"] = "1" }))!;
        try
        {
            var told = server.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = "";
            while (!Address().IsMatch(output))
                output += await server.StandardOutput.ReadLineAsync(Cancel) is { } line ? line + "\n" : throw new InvalidOperationException($"it ended: {await told}");
            using var http = new HttpClient { BaseAddress = new Uri(Address().Match(output).Value), Timeout = TimeSpan.FromSeconds(120) };

            var lines = (await TextAsync(await http.PostAsJsonAsync("api/pull", new { model = "site/tales" }, Cancel))).TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
            Assert.Equal("success", (string)lines[^1]["status"]!);
            Assert.Contains(lines, line => line["total"] is { } total && (long)total == new FileInfo(pulled).Length);
            await TextAsync(await http.PostAsJsonAsync("api/copy", new { source = "site/tales", destination = "tales" }, Cancel));
            foreach (var name in new[] { "site/tales", "tales" })
                Assert.StartsWith("site/tales", (string)JsonNode.Parse(await TextAsync(await http.PostAsJsonAsync("v1/completions", new { model = name, prompt = "Once", max_tokens = 4 }, Cancel)))!["model"]!, StringComparison.Ordinal);
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(_data, "blobs"), "*", SearchOption.AllDirectories));

            using var removal = new HttpRequestMessage(HttpMethod.Delete, "api/delete") { Content = JsonContent.Create(new { model = "site/tales" }) };
            await TextAsync(await http.SendAsync(removal, Cancel));
            using var gone = await http.PostAsJsonAsync("v1/completions", new { model = "site/tales", prompt = "Once" }, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
            Assert.Empty(Directory.GetFiles(Path.Combine(_data, "blobs"), "*", SearchOption.AllDirectories));
            using var unknown = await http.PostAsJsonAsync("api/pull", new { model = "site/unknown", stream = false }, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(Cancel);
        }
    }

    [Fact]
    public async Task A_name_of_packed_weights_cannot_be_removed_because_the_models_own_files_would_go_with_it()
    {
        var environment = new Dictionary<string, string?> { ["FREEHOLD_DATA"] = _data, ["FREEHOLD_OFFLINE"] = "1" };
        Assert.Equal(0, (await Executable.RunAsync(["import", SharedData.Require("models/stories260K-f32.gguf"), "--as", "site/tales", "--copy"], "", environment)).ExitCode);
        using var server = Process.Start(Executable.Start(["serve", "site/tales+w8", "--port", "0"], environment))!;
        try
        {
            var told = server.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = "";
            while (!Address().IsMatch(output))
                output += await server.StandardOutput.ReadLineAsync(Cancel) is { } line ? line + "\n" : throw new InvalidOperationException($"it ended: {await told}");
            using var http = new HttpClient { BaseAddress = new Uri(Address().Match(output).Value), Timeout = TimeSpan.FromSeconds(120) };

            var name = (string)JsonNode.Parse(await http.GetStringAsync(new Uri("v1/models", UriKind.Relative), Cancel))!["data"]!.AsArray().Select(model => model!["id"]!).First(id => ((string)id!).EndsWith("+w8", StringComparison.Ordinal))!;
            using var removal = new HttpRequestMessage(HttpMethod.Delete, "api/delete") { Content = JsonContent.Create(new { model = name }) };
            using var refused = await http.SendAsync(removal, Cancel);
            var refusal = await refused.Content.ReadAsStringAsync(Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("has no files of its own", refusal, StringComparison.Ordinal);
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(_data, "blobs"), "*", SearchOption.AllDirectories));
            Assert.StartsWith(name, (string)JsonNode.Parse(await TextAsync(await http.PostAsJsonAsync("v1/completions", new { model = name, prompt = "Once", max_tokens = 4 }, Cancel)))!["model"]!, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(Cancel);
        }
    }

    private static async Task<string> TextAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        response.Dispose();
        return text;
    }
}
