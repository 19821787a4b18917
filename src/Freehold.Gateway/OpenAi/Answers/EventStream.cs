using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>
/// Server-sent events (WHATWG HTML, section 9.2) whose data are JSON documents, each flushed at once. A write waits for this
/// reader and for no other.
/// </summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponse _response;
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    public EventStream(HttpResponse response)
    {
        _response = response;
        _json = new Utf8JsonWriter(_buffer, JsonText.WriterOptions);
    }

    /// <summary>Whether the status and headers are on their way, so that a failure can only be told inside the stream.</summary>
    public bool Started { get; private set; }

    public void Start()
    {
        Started = true;
        _response.StatusCode = StatusCodes.Status200OK;
        _response.ContentType = "text/event-stream; charset=utf-8";
        _response.Headers.CacheControl = "no-cache";
        _response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold tokens back otherwise
    }

    public async ValueTask SendAsync<TState>(TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write("data: "u8);
        _json.Reset(_buffer);
        write(_json, state);
        await _json.FlushAsync(cancellationToken);
        _buffer.Write("\n\n"u8);
        await _response.BodyWriter.WriteAsync(_buffer.WrittenMemory, cancellationToken);
    }

    public async ValueTask SendDoneAsync(CancellationToken cancellationToken) =>
        await _response.BodyWriter.WriteAsync("data: [DONE]\n\n"u8.ToArray(), cancellationToken);

    /// <summary>A comment, which readers skip: it keeps the connection in use while there is nothing to say.</summary>
    public async ValueTask SendCommentAsync(string comment, CancellationToken cancellationToken) =>
        await _response.BodyWriter.WriteAsync(System.Text.Encoding.UTF8.GetBytes($": {comment}\n\n"), cancellationToken);

    public void Dispose() => _json.Dispose();
}

/// <summary>How JSON is written on this wire.</summary>
internal static class JsonText
{
    /// <summary>Text stays readable: only what JSON itself demands is escaped. The body is never embedded in HTML (its type is JSON).</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
