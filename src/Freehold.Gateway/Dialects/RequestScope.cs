using Freehold.Gateway.Answers;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Dialects;

/// <summary>What is known of a request on its way, and the model that it holds until it has ended.</summary>
internal sealed class RequestScope(GatewayMeter meter, Principal principal, TimeProvider clock) : IDisposable
{
    private ModelLease? _lease;

    /// <summary>Who asks.</summary>
    public Principal Principal { get; } = principal;

    /// <summary>The model it holds, once it does: explains failures and labels measurements.</summary>
    public ServedModel? Model => _lease?.Model;

    /// <summary>The stream that has begun before its model was there; null where none has.</summary>
    public EarlyStream? Early { get; private set; }

    /// <summary>Holds the model that a request is for until the request has ended; loads it where it is not loaded. A request holds one model.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="card">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="keepAlive">How long it stays afterwards, where the request says so.</param>
    /// <param name="early">What a stream says while a load takes long; null for an answer that comes whole.</param>
    public async ValueTask<ServedModel> HoldAsync(IModelDirectory directory, ModelCard card, CancellationToken cancellationToken, TimeSpan? keepAlive = null, EarlyStream? early = null)
    {
        if (_lease is not null)
            throw new InvalidOperationException("the request holds a model already");
        var acquiring = directory.AcquireAsync(card.Id, keepAlive, cancellationToken);
        if (acquiring.IsCompletedSuccessfully || early is null)
        {
            _lease = await acquiring;
            return _lease.Model;
        }
        var waiting = acquiring.AsTask();
        try
        {
            await LongWait.UntilAsync(waiting, clock, () =>
            {
                Early = early;
                return early.NoNews();
            });
        }
        finally
        {
            if (waiting.IsCompletedSuccessfully)
                _lease = waiting.Result;
        }
        return _lease!.Model;
    }

    /// <summary>Counts the tokens of embedded texts.</summary>
    public void CountEmbedding(long tokens) => meter.CountTokens(Model?.Id, "prompt", tokens);

    /// <summary>Gives the model back.</summary>
    public void Dispose() => _lease?.Dispose();
}

/// <summary>What a stream says before its model is there.</summary>
/// <param name="NoNews">Begins the stream if it has not begun, and sends something without news.</param>
/// <param name="Fail">Tells, inside the stream, why it ends.</param>
internal sealed record EarlyStream(Func<ValueTask> NoNews, Func<Refusal, ValueTask> Fail);
