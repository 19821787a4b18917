using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Ollama;

/// <summary>What changes the models that there are: POST /api/pull, DELETE /api/delete, POST /api/copy.</summary>
internal sealed class LibraryEndpoint(RequestFrame frame, TimeProvider clock, ILogger<LibraryEndpoint> log, IModelLibrary? library = null)
{
    private IModelLibrary Library => library ?? throw new RefusedException(new Refusal(501, ErrorCodes.NotOffered, null,
        "This server serves the models it was started with and no others: run 'freehold pull' or 'freehold rm' on the server, and start it without --only."));

    public Task PullAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, OllamaParameters.Pull);
        var name = NameOf(fields);
        var stream = fields.TakeBoolean("stream") ?? true;
        fields.Finish();
        var news = Library.PullAsync(name, Cutoff.Of(http).Token);
        if (stream)
        {
            await StreamAsync(http, news);
            return;
        }
        await foreach (var _ in news)
        {
        }
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        Write(json, new PullProgress("success"));
    });

    public Task DeleteAsync(HttpContext http) => frame.RunAsync(http, async _ =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, OllamaParameters.Delete);
        var name = NameOf(fields);
        fields.Finish();
        await Library.DeleteAsync(name, Cutoff.Of(http).Token);
    });

    public Task CopyAsync(HttpContext http) => frame.RunAsync(http, async _ =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, OllamaParameters.Copy);
        var (source, destination) = (Given(fields.TakeString("source"), "source"), Given(fields.TakeString("destination"), "destination"));
        fields.Finish();
        await Library.CopyAsync(source, destination, Cutoff.Of(http).Token);
    });

    // A refusal has its own status until the first news.
    private async Task StreamAsync(HttpContext http, IAsyncEnumerable<PullProgress> news)
    {
        var gone = http.RequestAborted;
        using var lines = new LineStream(http.Response);
        void Start()
        {
            if (!lines.Started)
                lines.Start();
        }
        ValueTask SendAsync(PullProgress progress)
        {
            Start();
            return lines.SendAsync(progress, static (json, told) => Write(json, told), gone);
        }
        try
        {
            await using var pieces = news.GetAsyncEnumerator(Cutoff.Of(http).Token);
            while (await LongWait.UntilAsync(pieces.MoveNextAsync().AsTask(), clock, () => SendAsync(new PullProgress("pulling manifest"))))
                await SendAsync(pieces.Current);
        }
        catch (Exception failure) when (lines.Started && !gone.IsCancellationRequested)
        {
            await lines.SendAsync(Failures.Explain(failure, null, log), static (json, told) => OllamaDialect.WriteError(json, told), gone);
        }
    }

    private static void Write(Utf8JsonWriter json, PullProgress progress)
    {
        json.WriteStartObject();
        json.WriteString("status", progress.Status);
        if (progress.Digest is not null)
            json.WriteString("digest", progress.Digest);
        if (progress.Total is { } total)
            json.WriteNumber("total", total);
        if (progress.Completed is { } completed)
            json.WriteNumber("completed", completed);
        json.WriteEndObject();
    }

    private static string NameOf(Fields fields)
    {
        var (name, older) = (fields.TakeString("model"), fields.TakeString("name"));
        return Given(string.IsNullOrEmpty(name) ? older : name, "model");
    }

    private static string Given(string? name, string field) =>
        string.IsNullOrEmpty(name) ? throw RefusedException.Field(field, $"'{field}' must name a model.", ErrorCodes.MissingRequiredParameter) : name;
}
