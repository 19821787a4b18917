using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Answers;

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

    /// <summary>Sends one event.</summary>
    /// <param name="state">What it tells.</param>
    /// <param name="write">Writes its data.</param>
    /// <param name="cancellationToken">Ends the wait for the reader.</param>
    /// <param name="name">Its type, where the dialect names its events.</param>
    public async ValueTask SendAsync<TState>(TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken, string? name = null)
    {
        _buffer.ResetWrittenCount();
        if (name is not null)
            _buffer.Write(Encoding.UTF8.GetBytes($"event: {name}\n"));
        _buffer.Write("data: "u8);
        _json.Reset(_buffer);
        write(_json, state);
        await _json.FlushAsync(cancellationToken);
        _buffer.Write("\n\n"u8);
        await _response.BodyWriter.WriteAsync(_buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>Sends an event whose data is a line that is no JSON.</summary>
    public async ValueTask SendLineAsync(string data, CancellationToken cancellationToken) =>
        await _response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), cancellationToken);

    public void Dispose() => _json.Dispose();
}

/// <summary>How JSON is written on this wire.</summary>
internal static class JsonText
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>Text stays readable: only what JSON itself demands is escaped. The body is never embedded in HTML (its type is JSON).</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
