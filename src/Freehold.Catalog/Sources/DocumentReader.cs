using System.Net.Http.Headers;
using Freehold.Catalog.Downloads;

namespace Freehold.Catalog.Sources;

/// <summary>Reads a small document over the network, with retries and a limit on its length.</summary>
internal sealed class DocumentReader(HttpMessageInvoker invoker, TransferLimits limits, TimeProvider time, TransferReport report)
{
    private const int MaxBytes = 32 << 20;

    private readonly RedirectingSender _sender = new(invoker, limits);
    private readonly RetryPolicy _retry = new(limits, time, report);
    private readonly BodyReader _reader = new(limits, time);

    /// <summary>Reads a document and its Link header.</summary>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="token">What its server may be told.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<(byte[] Content, string? Link)> ReadAsync(string what, Uri address, HostToken? token, CancellationToken cancellation) =>
        _retry.RunAsync(what, () => 0, async stop =>
        {
            using var response = await _reader.AwaitAsync(t => _sender.GetAsync(address, token, Accept, t), stop).ConfigureAwait(false);
            RetryPolicy.Require(response, what, time);
            var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            using var content = new MemoryStream();
            var buffer = new byte[64 << 10];
            int read;
            while ((read = await _reader.ReadAsync(body, buffer, stop).ConfigureAwait(false)) > 0)
            {
                content.Write(buffer, 0, read);
                if (content.Length > MaxBytes)
                    throw CatalogException.Refused($"{what} is longer than {ByteSize.Text(MaxBytes)}; that is no listing");
            }
            return (content.ToArray(), response.Headers.TryGetValues("Link", out var links) ? links.FirstOrDefault() : null);
        }, cancellation);

    private static void Accept(HttpRequestHeaders headers) => headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
}
