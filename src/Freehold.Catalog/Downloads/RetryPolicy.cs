using System.Net;
using Freehold.Catalog.Network;

namespace Freehold.Catalog.Downloads;

/// <summary>
/// Tries again what another try may mend: exponential waits with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015), Retry-After first. A try that
/// brought bytes starts the count anew, so a slow, broken line still ends well.
/// </summary>
internal sealed class RetryPolicy(TransferLimits limits, TimeProvider time, TransferReport report)
{
    /// <summary>Runs a step until it succeeds.</summary>
    /// <param name="what">The file, for messages.</param>
    /// <param name="progress">A number that grows with every byte that came.</param>
    /// <param name="step">What to do.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CatalogException">Too many tries in a row brought nothing, or the server wants to be left alone for too long.</exception>
    public async Task<T> RunAsync<T>(string what, Func<long> progress, Func<CancellationToken, Task<T>> step, CancellationToken cancellation)
    {
        var failures = 0;
        while (true)
        {
            var before = progress();
            try
            {
                return await step(cancellation).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (Refusal(e) is { } refusal)
            {
                throw CatalogException.Refused($"{what}: {refusal}", e);
            }
            catch (Exception e) when (AsFault(e, cancellation) is { } fault)
            {
                failures = progress() > before ? 1 : failures + 1;
                if (failures >= limits.Attempts)
                    throw CatalogException.Failed($"{what}: given up after {failures} tries in a row that brought nothing: {fault.Message}. What has come is kept; the same command goes on from there", e);
                if (fault.RetryAfter > limits.LongestRetryAfter)
                    throw CatalogException.Failed($"{what}: the server asks to come back in {fault.RetryAfter.Value.TotalSeconds:F0} s ({fault.Message}); run the same command then, it goes on from what has come", e);
                var delay = fault.RetryAfter ?? Backoff(failures);
                report.Note($"{what}: {fault.Message}; trying again in {delay.TotalSeconds:F1} s");
                await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan Backoff(int failures)
    {
        var ceiling = Math.Min(limits.LongestDelay.TotalMilliseconds, limits.FirstDelay.TotalMilliseconds * Math.Pow(2, failures - 1));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + 0.5 * Random.Shared.NextDouble()));
    }

    /// <summary>What no other try mends, or null.</summary>
    private static string? Refusal(HttpRequestException e) =>
        UntrustedCertificate.In(e) is { } untrusted ? untrusted.Message
            : e is { HttpRequestError: HttpRequestError.ProxyTunnelError, StatusCode: { } status } ? Proxy(status) : null;

    private static TransferFault? AsFault(Exception e, CancellationToken cancellation) => e switch
    {
        TransferFault fault => fault,
        OperationCanceledException when cancellation.IsCancellationRequested => null,
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } r => new TransferFault($"the proxy could not be used ({r.Message})", null, r),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } r => new TransferFault($"its host's name is not known here ({r.Message})", null, r),
        HttpRequestException r => new TransferFault($"the connection failed ({r.Message})", null, r),
        _ => null,
    };

    /// <summary>Throws what a status means; returns where it is a success.</summary>
    public static void Require(HttpResponseMessage response, string what, TimeProvider time)
    {
        if (response.IsSuccessStatusCode)
            return;
        var status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425 or >= HttpStatusCode.InternalServerError:
                throw new TransferFault($"the server answered {status} {response.StatusCode}", RetryAfter(response, time));
            case HttpStatusCode.ProxyAuthenticationRequired:
                throw CatalogException.Refused($"{what}: {Proxy(response.StatusCode)}");
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                throw CatalogException.NotFound($"{what} does not exist on its server (status {status})");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw CatalogException.Refused($"{what}: the server does not allow it (status {status}): it is private or gated, or does not exist. Accept its licence on its page and set HF_TOKEN to a token that may read it");
            default:
                throw CatalogException.Failed($"{what}: the server answered {status} {response.StatusCode}");
        }
    }

    /// <summary>What a proxy means that will say the same again, or null.</summary>
    private static string? Proxy(HttpStatusCode status) => status switch
    {
        HttpStatusCode.ProxyAuthenticationRequired => "the proxy wants a user and password, or others than it was given (status 407); write them into HTTPS_PROXY (HTTP_PROXY for http) as http://user:password@host:port",
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests) =>
            $"the proxy of HTTPS_PROXY does not let this through (status {(int)status}); ask its administrators to allow the host, or name the host in NO_PROXY where it can be reached without",
        _ => null,
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
