using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Ollama.Answers;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Ollama;

/// <summary>What is served and what it is: GET /api/version, /api/tags, /api/ps, POST /api/show.</summary>
internal sealed class ModelEndpoint(IModelLife life, TimeProvider clock, RequestFrame frame)
{
    /// <summary>The version of Ollama whose API this is; some clients refuse an older one.</summary>
    public const string Level = "0.13.4";

    public Task VersionAsync(HttpContext http) => frame.RunAsync(http, async _ =>
    {
        await using var json = Begin(http);
        json.WriteStartObject();
        json.WriteString("version", Level);
        json.WriteString("freehold_version", Release.Version);
        json.WriteEndObject();
    });

    public Task ListAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        await using var json = Begin(http);
        ModelJson.WriteList(json, directory.Models);
    });

    public Task ListLoadedAsync(HttpContext http) => frame.RunAsync(http, async _ =>
    {
        await using var json = Begin(http);
        ModelJson.WriteLoaded(json, life.Look(), clock.GetUtcNow());
    });

    public Task ShowAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, OllamaParameters.Show);
        var (name, older) = (fields.TakeString("model"), fields.TakeString("name"));
        fields.Finish();
        var model = TaggedNames.Find(directory, name ?? older);
        fields.Inert.Tell(http);
        await using var json = Begin(http);
        ModelJson.WriteShown(json, model);
    });

    private static Utf8JsonWriter Begin(HttpContext http)
    {
        http.Response.ContentType = JsonText.ContentType;
        return new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
    }
}
