using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>A gateway on a free port of this machine, over a scripted model named 'parrot' and an encoder named 'lengths', and 'ranker' where a test brings a reranker.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AppEnd _end;

    private RunningGateway(WebApplication app, ScriptedChatClient model, string? folder)
    {
        (_app, _end, Folder) = (app, new AppEnd(app), folder);
        Model = model;
        Address = new Uri(app.Urls.Single().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
        Http = new HttpClient { BaseAddress = Address };
    }

    /// <summary>What the parrot's file would say.</summary>
    private static readonly ModelFacts Facts = new("llama", "gguf", 134_515_008, "Q4_1", 91_000_000, 576, 30) { Licence = "apache-2.0", Template = "{{ messages }}" };

    /// <summary>Tells the server to stop, as a signal would.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public ScriptedChatClient Model { get; }

    /// <summary>The data folder of a gateway that stores; it goes with the gateway.</summary>
    public string? Folder { get; }
    public Uri Address { get; }
    public HttpClient Http { get; }

    /// <summary>What is mapped: a method, a space and a route each.</summary>
    public IEnumerable<string> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]).Where(method => method != "HEAD").Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}"));

    public static async Task<RunningGateway> StartAsync(Func<GatewayOptions, GatewayOptions>? adjust = null, Func<Exception, Refusal?>? explain = null, string? note = null, IModelText? text = null, IModelLibrary? library = null, Func<FixedModelDirectory, IModelDirectory>? lead = null, bool stores = false, IReranker? reranker = null, bool pages = false)
    {
        var folder = stores ? Directory.CreateTempSubdirectory("freehold-state").FullName : null;
        var model = new ScriptedChatClient();
        var created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var options = new GatewayOptions { Ports = [0], State = new StateOptions { Folder = folder } };
        var ranker = new ServedModel("ranker", created, "tests", null, null, 512, null, null, explain ?? (_ => null)) { Reranker = reranker };
        var models = new FixedModelDirectory([
            .. reranker is null ? Array.Empty<ServedModel>() : [ranker],
            new ServedModel("parrot", created, "tests", model, null, 4096, note, text, explain ?? (_ => null)) { Facts = Facts },
            new ServedModel("org/lengths", created, "tests", null, new LengthEmbeddings(), 512, null, null, _ => null)]);
        var directory = lead?.Invoke(models) ?? models;
        var app = GatewayHost.Create(adjust?.Invoke(options) ?? options, directory, life: directory as IModelLife ?? models, library: library ?? new ScriptedLibrary(),
            pages: pages ? _ => http => http.Response.WriteAsync("a page") : null);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningGateway(app, model, folder);
    }

    public static HttpContent Json(string body) => new StringContent(body, Encoding.UTF8, "application/json");

    public Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = Json(body) };
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(text)!);
    }

    public async Task<string> StreamAsync(string path, string body)
    {
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), Json(body), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The documents of a stream that has one a line.</summary>
    public async Task<List<JsonNode>> LinesAsync(string path, string body)
    {
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), Json(body), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text[..^1].Split('\n').Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>The data of each event; every event must be exactly one <c>data:</c> line and a blank one.</summary>
    public static List<string> Events(string stream)
    {
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        return [.. stream[..^2].Split("\n\n").Select(line =>
        {
            Assert.StartsWith("data: ", line, StringComparison.Ordinal);
            return line[6..];
        })];
    }

    /// <summary>Ends the server at once, as its process would; the data folder stays.</summary>
    public async Task EndAsync()
    {
        Http.Dispose();
        await _end.ComeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (Folder is not null)
            Directory.Delete(Folder, recursive: true);
    }
}
