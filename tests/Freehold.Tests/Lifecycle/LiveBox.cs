using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Catalog.Names;
using Freehold.Commands.Catalogue;
using Freehold.Gateway.Hosting;
using Freehold.Hosting;
using Freehold.Hosting.Configuration;
using Freehold.Lifecycle;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Tests.Lifecycle;

/// <summary>The real gateway over the real pool, on a folder of models that tests change while it runs.</summary>
internal sealed class LiveBox : IAsyncDisposable
{
    private readonly string _root;
    private readonly WebApplication _app;

    private LiveBox(string root, ServingPool pool, WebApplication app)
    {
        (_root, Pool, _app) = (root, pool, app);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(5) };
    }

    public const string Float = "models/stories260K-f32.gguf", Quantised = "models/stories260K-q8_0.gguf";

    public ServingPool Pool { get; }
    public HttpClient Http { get; }
    public string Folder => Path.Combine(_root, "models");

    /// <summary>Room for one whole context of 32 streams' and no more, so that models are small.</summary>
    public static ModelSettings Settings { get; } = new(2, null, Context: 256, MaxStreams: 32);

    /// <param name="models">Names in the folder, and the file of shared material that each is a copy of.</param>
    /// <param name="memory">The budget; null for the usual.</param>
    /// <param name="adjust">Other settings.</param>
    /// <param name="named">Those that are loaded first and stay.</param>
    /// <param name="draft">MODEL=DRAFT; null for none.</param>
    public static async Task<LiveBox> StartAsync((string Name, string From)[] models, long? memory = null, Func<LifecycleSettings, LifecycleSettings>? adjust = null, string[]? named = null, string? draft = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        var root = Directory.CreateTempSubdirectory("freehold-life-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "models"));
        foreach (var (name, from) in models)
            File.Copy(SharedData.Require(from), Path.Combine(root, "models", name + ".gguf"));
        var environment = new Dictionary<string, string?> { ["FREEHOLD_DATA"] = Path.Combine(root, "data"), ["FREEHOLD_MODELS"] = Path.Combine(root, "models"), ["FREEHOLD_OFFLINE"] = "1" };
        var opening = new ModelOpening(new CatalogueContext { Environment = environment.GetValueOrDefault, BaseFolder = root, Executable = null });
        var life = LifecycleSettings.Usual with { Memory = memory };
        var settings = draft is null ? Settings : Settings with { Drafts = Drafts.Read(new FoundSetting([draft], "--draft", null), [], name => opening.Resolve(name, null)) };
        var pool = await ServingPool.StartAsync(opening, [.. (named ?? []).Select(name => opening.Resolve(name, null))], null, settings, adjust?.Invoke(life) ?? life, TextWriter.Null, cancel);
        var app = GatewayHost.Create(new GatewayOptions { Ports = [0] }, pool.Models, library: pool.Library);
        await app.StartAsync(cancel);
        return new LiveBox(root, pool, app);
    }

    /// <summary>Memory that a model takes here if it gets a whole context.</summary>
    public static long Usual(string from) =>
        ModelHeader.Read(new Catalog.Resolution.ResolvedModel("x", SharedData.Require(from), "gguf", Catalog.Resolution.ModelPlace.Path, new FileInfo(SharedData.Require(from)).Length)).Need(Settings).Usual;

    /// <summary>Replaces a model's file as a careful owner does: whole, by renaming.</summary>
    public void Replace(string name, string from)
    {
        var next = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        File.Copy(SharedData.Require(from), next);
        File.SetLastWriteTimeUtc(next, DateTime.UtcNow);
        File.Move(next, Path.Combine(Folder, name + ".gguf"), overwrite: true);
    }

    /// <summary>A streamed answer: its text as far as it came, and what ended it: null for the regular end, or the refusal's or error's code.</summary>
    public async Task<(string Text, string? Code, string? Message)> StreamAsync(string model, int seed, int tokens = 40)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/completions")
        {
            Content = JsonContent.Create(new { model, prompt = "Once upon a time", temperature = 1.0, seed, max_tokens = tokens, stream = true, logit_bias = new Dictionary<string, int> { ["1"] = -100, ["2"] = -100 } }),
        };
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
        {
            var refusal = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancel))!["error"]!;
            return ("", (string)refusal["code"]!, (string)refusal["message"]!);
        }
        var text = new StringBuilder();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line == "data: [DONE]")
                return (text.ToString(), null, null);
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            var data = JsonNode.Parse(line[6..])!;
            if (data["error"] is { } error)
                return (text.ToString(), (string)error["code"]!, (string)error["message"]!);
            text.Append((string?)data["choices"]?[0]?["text"]);
        }
        return (text.ToString(), "cut", "the stream ended without a word");
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string path, object body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(body) };
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text.Split('\n')[0]));
    }

    /// <summary>The names of what is in memory.</summary>
    public async Task<string[]> LoadedAsync() => [.. (await GetAsync("api/ps"))["models"]!.AsArray().Where(model => (string)model!["state"]! == "loaded").Select(model => (string)model!["name"]!)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Pool.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
