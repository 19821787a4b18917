using Freehold.Gateway.Guarding;
using Freehold.Gateway.Identity;
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

/// <summary>The frame around every request of every dialect: admission, and a failure worded as its dialect words it.</summary>
internal sealed class RequestFrame(ConcurrencyLimit limit, GatewayMeter meter, RefusalAnswer refusals, ILogger<RequestFrame> log)
{
    public async Task RunAsync(HttpContext http, Func<RequestScope, Task> answer)
    {
        var scope = new RequestScope(meter, Principal.Of(http));
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
            await refusals.SendAsync(http, Failures.Explain(failure, scope.Model, log));
        }
        finally
        {
            if (HttpMethods.IsPost(http.Request.Method))
                limit.Leave();
            meter.CountRequest(http, scope.Model?.Id);
        }
    }
}
