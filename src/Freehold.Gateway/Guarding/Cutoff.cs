using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Guarding;

/// <summary>
/// What ends a request before its time: its client leaves, its time is over, its reader stalls, or the server stops. All but the first have a reason, which the client is
/// told as far as it can still be reached.
/// </summary>
internal sealed class Cutoff : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly ITimer? _whole, _headers;
    private readonly CancellationTokenRegistration _stopping;
    private Refusal? _reason;
    private volatile bool _hasStarted;

    private Cutoff(HttpContext http, Urgency urgency, Refusal whenStopping, TimeProvider clock, CancellationToken stopping)
    {
        Urgency = urgency;
        _source = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        _stopping = stopping.UnsafeRegister(_ => End(whenStopping), null);
        if (urgency.Whole is { } whole)
            _whole = clock.CreateTimer(_ => End(Late(whole, Urgency.DeadlineHeader)), null, whole, Timeout.InfiniteTimeSpan);
        if (urgency.Headers is not { } headers)
            return;
        // The timer may go off when the request is over and its context serves another: it must not look at it.
        http.Response.OnStarting(() =>
        {
            _hasStarted = true;
            return Task.CompletedTask;
        });
        _headers = clock.CreateTimer(_ =>
        {
            if (!_hasStarted)
                End(Late(headers, Urgency.ClientHeader));
        }, null, headers, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What its headers say of its hurry.</summary>
    public Urgency Urgency { get; }

    /// <summary>Cancelled when the request is over before its time.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Why; null where nothing ended it, or its client left.</summary>
    public Refusal? Reason => Volatile.Read(ref _reason);

    /// <summary>Watches a request until it is disposed.</summary>
    public static Cutoff Begin(HttpContext http, Urgency urgency, Refusal whenStopping, TimeProvider clock, CancellationToken stopping)
    {
        var cutoff = new Cutoff(http, urgency, whenStopping, clock, stopping);
        http.Features.Set(cutoff);
        return cutoff;
    }

    /// <summary>The one that watches this request.</summary>
    public static Cutoff Of(HttpContext http) =>
        http.Features.Get<Cutoff>() ?? throw new InvalidOperationException($"nothing watches the request to {http.Request.Path}");

    /// <summary>Ends the request. The first reason stays.</summary>
    public void End(Refusal reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
            return;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request was over already.
        }
    }

    public void Dispose()
    {
        _whole?.Dispose();
        _headers?.Dispose();
        _stopping.Dispose();
        _source.Dispose();
    }

    private static Refusal Late(TimeSpan time, string header) =>
        new(504, ErrorCodes.DeadlineExceeded, header, FormattableString.Invariant($"The {time.TotalSeconds:0.###} s that the request allows ({header}) were over before its answer was. Allow more time, or ask for less (max_tokens)."));
}
