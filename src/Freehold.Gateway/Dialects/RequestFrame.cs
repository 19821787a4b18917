using Freehold.Gateway.Guarding;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Dialects;

/// <summary>The frame around every request of every dialect: admission, what may end it before its time, and a failure worded as its dialect words it.</summary>
internal sealed class RequestFrame(ConcurrencyLimit limit, Draining draining, GatewayMeter meter, RefusalAnswer refusals, TimeProvider clock, ILogger<RequestFrame> log)
{
    public async Task RunAsync(HttpContext http, Func<RequestScope, Task> answer)
    {
        using var scope = new RequestScope(meter, Principal.Of(http), clock);
        var entry = RequestEntry.Of(http);
        var counts = HttpMethods.IsPost(http.Request.Method);
        if (counts && Admit() is { } refusal)
        {
            await refusals.SendAsync(http, refusal);
            meter.CountRequest(http, null);
            return;
        }
        Cutoff? cutoff = null;
        var left = false;
        try
        {
            cutoff = Cutoff.Begin(http, Urgency.Of(http.Request.Headers), Draining.Refusal, clock, draining.Over);
            await answer(scope);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            left = true; // for the count and the log alone: nobody is there to read a status
        }
        catch (OperationCanceledException) when (cutoff?.Reason is not null)
        {
            await TellAsync(http, scope, cutoff.Reason);
        }
        catch (Exception failure)
        {
            await TellAsync(http, scope, Failures.Explain(failure, scope.Model, log));
        }
        finally
        {
            if (counts)
                limit.Leave();
            int? status = left || cutoff?.Reason is { Code: ErrorCodes.SlowReader } ? StatusCodes.Status499ClientClosedRequest : null;
            entry?.Close(scope.Model, cutoff?.Reason, status);
            cutoff?.Dispose();
            meter.CountRequest(http, scope.Model?.Id, status);
        }
    }

    // A stream that began before its model was there ends by its own error event.
    private async Task TellAsync(HttpContext http, RequestScope scope, Refusal refusal)
    {
        if (scope.Early is not { } early)
        {
            await refusals.SendAsync(http, refusal);
            return;
        }
        if (RequestEntry.Of(http) is { } entry)
            entry.Refusal = refusal;
        await early.Fail(refusal);
    }

    private Refusal? Admit() => draining.HasBegun ? Draining.Refusal : limit.TryEnter() ? null : limit.Refusal;
}
