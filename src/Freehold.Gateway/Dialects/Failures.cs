using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Freehold.Storage;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Dialects;

/// <summary>What a requester is told of a failure. What is not theirs to know goes to the log alone.</summary>
internal static class Failures
{
    public static Refusal Explain(Exception failure, ServedModel? model, ILogger log)
    {
        if (failure is RefusedException refused)
            return refused.Refusal;
        if (model?.Explain(failure) is { } explained)
            return explained;
        if (failure is OperationCanceledException)
            return new Refusal(503, ErrorCodes.Stopping, null, "The server is stopping; try again in a moment.", TimeSpan.FromSeconds(5));
        if (failure is StorageException storage)
        {
            log.LogError(failure, "What a request would store or read was not to be had");
            return StateStore.Explain(storage);
        }
        log.LogError(failure, "A request failed");
        return new Refusal(500, ErrorCodes.InternalError, null, "The server failed while answering; its log says why under this request's id (x-request-id).");
    }
}
