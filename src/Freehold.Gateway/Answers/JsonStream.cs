using System.Buffers;
using System.Text.Json;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Answers;

/// <summary>JSON documents one after the other, each flushed at once. A write waits for this reader and for no other.</summary>
/// <param name="response">Where they go.</param>
/// <param name="contentType">What they are called.</param>
internal abstract class JsonStream(HttpResponse response, string contentType) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private Utf8JsonWriter? _json;
    private bool _stalled;

    protected HttpResponse Response { get; } = response;

    /// <summary>Whether the status and headers are on their way, so that a failure can only be told inside the stream.</summary>
    public bool Started { get; private set; } = response.HasStarted;

    public void Start()
    {
        Started = true;
        Response.StatusCode = StatusCodes.Status200OK;
        Response.ContentType = contentType;
        Response.Headers.CacheControl = "no-cache";
        Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold tokens back otherwise
    }

    /// <summary>Sends one document.</summary>
    /// <param name="state">What it tells.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="cancellationToken">Ends the wait for the reader.</param>
    /// <param name="name">Its type, where the dialect names its events.</param>
    public async ValueTask SendAsync<TState>(TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken, string? name = null)
    {
        _buffer.ResetWrittenCount();
        Begin(_buffer, name);
        if (_json is null)
            _json = new Utf8JsonWriter(_buffer, JsonText.WriterOptions);
        else
            _json.Reset(_buffer);
        write(_json, state);
        await _json.FlushAsync(cancellationToken);
        End(_buffer);
        await WriteAsync(_buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>Sends bytes. They wait for this reader: where it takes nothing for too long, the request is ended.</summary>
    protected async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_stalled)
            return; // the connection is cut already
        var writing = Response.BodyWriter.WriteAsync(bytes, cancellationToken);
        if (writing.IsCompletedSuccessfully)
        {
            writing.GetAwaiter().GetResult();
            return;
        }
        var waiting = writing.AsTask();
        var patience = SlowReader.Of(Response.HttpContext);
        try
        {
            await waiting.WaitAsync(patience.Timeout, patience.Clock, cancellationToken);
        }
        catch (TimeoutException e)
        {
            if (waiting.IsCompleted)
            {
                await waiting; // the reader took it while its time ran out
                return;
            }
            _stalled = true;
            throw new RefusedException(patience.End(Response.HttpContext), e);
        }
    }

    /// <summary>Writes what stands before a document.</summary>
    protected abstract void Begin(IBufferWriter<byte> buffer, string? name);

    /// <summary>Writes what stands behind a document.</summary>
    protected abstract void End(IBufferWriter<byte> buffer);

    public void Dispose() => _json?.Dispose();
}
