using Freehold.Gateway.Guarding;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Dialects;

/// <summary>The frame around every request of every dialect: admission, and a failure worded as its dialect words it.</summary>
internal sealed class RequestFrame(ConcurrencyLimit limit, GatewayMeter meter, RefusalAnswer refusals, TimeProvider clock, ILogger<RequestFrame> log)
{
    public async Task RunAsync(HttpContext http, Func<RequestScope, Task> answer)
    {
        using var scope = new RequestScope(meter, Principal.Of(http), clock);
        if (HttpMethods.IsPost(http.Request.Method) && !limit.TryEnter())
        {
            await refusals.SendAsync(http, limit.Refusal);
            meter.CountRequest(http, null);
            return;
        }
        try
        {
            await answer(scope);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // for the count alone: nobody is there to read it
        }
        catch (Exception failure)
        {
            var refusal = Failures.Explain(failure, scope.Model, log);
            await (scope.Early is { } early ? early.Fail(refusal) : new ValueTask(refusals.SendAsync(http, refusal)));
        }
        finally
        {
            if (HttpMethods.IsPost(http.Request.Method))
                limit.Leave();
            meter.CountRequest(http, scope.Model?.Id);
        }
    }
}
