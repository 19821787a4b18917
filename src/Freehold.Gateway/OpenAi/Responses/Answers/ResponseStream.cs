using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Requests;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>The events of a response whose client listens while it is made. They may begin before the model is there.</summary>
internal sealed class ResponseStream : IDisposable
{
    private readonly HttpContext _http;
    private readonly ResponseState _state;
    private readonly EventStream _stream;

    public ResponseStream(HttpContext http, ResponseState state)
    {
        (_http, _state, _stream) = (http, state, new EventStream(http.Response));
        Events = new ResponseEvents(new StreamedEvents(_stream));
    }

    public ResponseEvents Events { get; }

    /// <summary>Whether anything was sent.</summary>
    public bool Started => _stream.Started;

    /// <summary>Begins it where it has not begun, and says whether it was this call that did.</summary>
    public async ValueTask<bool> OpenAsync()
    {
        if (Started)
            return false;
        _stream.Start();
        await Events.StateAsync("created", _state, _http.RequestAborted);
        await Events.StateAsync("in_progress", _state, _http.RequestAborted);
        return true;
    }

    /// <summary>Says that the response is still being made.</summary>
    public async ValueTask KeepAliveAsync()
    {
        if (!await OpenAsync())
            await Events.StateAsync("in_progress", _state, _http.RequestAborted);
    }

    /// <summary>What it says while its model is loaded.</summary>
    public EarlyStream Early(InertFields inert) => new(() =>
    {
        if (!Started)
            inert.Tell(_http);
        return KeepAliveAsync();
    }, refusal =>
    {
        (_state.Status, _state.Error) = (ResponseState.Failed, refusal);
        return Events.StateAsync("failed", _state, _http.RequestAborted);
    });

    public void Dispose() => _stream.Dispose();
}
