using Freehold.Gateway.Guarding;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Dialects;

/// <summary>What is known of a request on its way.</summary>
internal sealed class RequestScope(GatewayMeter meter, Principal principal)
{
    /// <summary>Who asks.</summary>
    public Principal Principal { get; } = principal;

    /// <summary>The model it names, once that is known: explains failures and labels measurements.</summary>
    public ServedModel? Model { get; set; }

    /// <summary>Counts the tokens of embedded texts.</summary>
    public void CountEmbedding(long tokens) => meter.CountTokens(Model?.Id, "prompt", tokens);
}

/// <summary>The frame around every request of every dialect: admission, what may end it before its time, and a failure worded as its dialect words it.</summary>
internal sealed class RequestFrame(ConcurrencyLimit limit, Draining draining, GatewayMeter meter, RefusalAnswer refusals, TimeProvider clock, ILogger<RequestFrame> log)
{
    public async Task RunAsync(HttpContext http, Func<RequestScope, Task> answer)
    {
        var scope = new RequestScope(meter, Principal.Of(http));
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
            await refusals.SendAsync(http, cutoff.Reason);
        }
        catch (Exception failure)
        {
            await refusals.SendAsync(http, Failures.Explain(failure, scope.Model, log));
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

    private Refusal? Admit() => draining.HasBegun ? Draining.Refusal : limit.TryEnter() ? null : limit.Refusal;
}
