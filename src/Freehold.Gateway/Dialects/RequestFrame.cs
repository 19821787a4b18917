using Freehold.Gateway.Guarding;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Dialects;

/// <summary>What is known of a request on its way, and the model that it holds until it has ended.</summary>
internal sealed class RequestScope(GatewayMeter meter, Principal principal) : IDisposable
{
    private ModelLease? _lease;

    /// <summary>Who asks.</summary>
    public Principal Principal { get; } = principal;

    /// <summary>The model it holds, once it does: explains failures and labels measurements.</summary>
    public ServedModel? Model => _lease?.Model;

    /// <summary>Holds the model that a request is for until the request has ended; loads it where it is not loaded. A request holds one model.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="card">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="keepAlive">How long it stays afterwards, where the request says so.</param>
    public async ValueTask<ServedModel> HoldAsync(IModelDirectory directory, ModelCard card, CancellationToken cancellationToken, TimeSpan? keepAlive = null)
    {
        if (_lease is not null)
            throw new InvalidOperationException("the request holds a model already");
        _lease = await directory.AcquireAsync(card.Id, keepAlive, cancellationToken);
        return _lease.Model;
    }

    /// <summary>Counts the tokens of embedded texts.</summary>
    public void CountEmbedding(long tokens) => meter.CountTokens(Model?.Id, "prompt", tokens);

    /// <summary>Gives the model back.</summary>
    public void Dispose() => _lease?.Dispose();
}

/// <summary>The frame around every request of every dialect: admission, and a failure worded as its dialect words it.</summary>
internal sealed class RequestFrame(ConcurrencyLimit limit, GatewayMeter meter, RefusalAnswer refusals, ILogger<RequestFrame> log)
{
    public async Task RunAsync(HttpContext http, Func<RequestScope, Task> answer)
    {
        using var scope = new RequestScope(meter, Principal.Of(http));
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
