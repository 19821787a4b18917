using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Engine;
using Freehold.Gateway.Hosting;
using Freehold.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Tests.Hosting;

/// <summary>The real gateway and the model that comes with the program, asked as OpenAI's clients ask.</summary>
public class OpenAiClientTests
{
    private const string Model = "SmolLM2-135M-Instruct-Q4_1";
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task ServeAsync(Func<Uri, Task> use)
    {
        using var served = new ServedModels();
        var file = Path.Combine(SharedData.Root, "models", Model + ".gguf");
        served.Add(ModelOpening.Load(new ResolvedModel(Model, file, ModelFormats.Gguf, ModelPlace.Path, new FileInfo(file).Length), new ModelSettings(null, null)), new EngineOptions { Context = 1024, MaxStreams = 4 });
        await using var app = GatewayHost.Create(new GatewayOptions { Ports = [0] }, served.Directory);
        await app.StartAsync(Cancel);
        await use(new Uri(app.Urls.Single()));
    }

    [Fact]
    public Task OpenAIs_own_client_calls_tools_streamed_and_whole_sends_results_back_and_gets_JSON() => ServeAsync(async address =>
    {
        var peer = Path.Combine(SharedData.Root, "tests", "peer");
        if (!Directory.Exists(Path.Combine(peer, "node_modules", "openai")))
            Assert.Skip("needs `npm ci` in tests/peer");
        using var node = Process.Start(new ProcessStartInfo("node", ["tools.mjs", new Uri(address, "v1").ToString(), Model]) { WorkingDirectory = peer, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var error = node.StandardError.ReadToEndAsync(Cancel);
        var output = await node.StandardOutput.ReadToEndAsync(Cancel);
        Assert.True(output.Length > 0, await error);
        var told = JsonNode.Parse(output)!;
        foreach (var answer in new[] { told["whole"]!, told["streamed"]! })
        {
            Assert.Equal("tool_calls", (string)answer["reason"]!);
            Assert.Equal("get_weather", (string)answer["calls"]![0]![0]!);
            Assert.NotNull((string)answer["calls"]![0]![1]!["city"]!);
        }
        Assert.NotNull((string)JsonNode.Parse((string)told["after"]!)!["city"]!);
        Assert.Equal("""{"status":400,"code":"unsupported_constraint","param":"response_format"}""", told["refused"]!.ToJsonString());
    });

    [Fact]
    public Task A_limit_too_small_for_any_valid_answer_is_refused_with_the_number_and_that_number_suffices() => ServeAsync(async address =>
    {
        using var http = new HttpClient { BaseAddress = address };
        JsonObject Ask(int tokens) => new()
        {
            ["model"] = Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Who?" }),
            ["max_tokens"] = tokens,
            ["response_format"] = JsonNode.Parse("""{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","properties":{"name":{"type":"string","minLength":3}},"required":["name"],"additionalProperties":false}}}"""),
        };
        using var small = await http.PostAsJsonAsync("v1/chat/completions", Ask(1), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, small.StatusCode);
        var error = JsonNode.Parse(await small.Content.ReadAsStringAsync(Cancel))!["error"]!;
        Assert.Equal("max_tokens", (string)error["param"]!);
        var needed = int.Parse(((string)error["message"]!).Split("needs ")[1], System.Globalization.CultureInfo.InvariantCulture);
        using var enough = await http.PostAsJsonAsync("v1/chat/completions", Ask(needed), Cancel);
        var choice = JsonNode.Parse(await enough.Content.ReadAsStringAsync(Cancel))!["choices"]![0]!;
        Assert.True(((string)JsonNode.Parse((string)choice["message"]!["content"]!)!["name"]!).Length >= 3);
        Assert.Equal("length", (string)choice["finish_reason"]!);
    });
}
