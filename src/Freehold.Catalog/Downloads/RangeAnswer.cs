using System.Net;

namespace Freehold.Catalog.Downloads;

/// <summary>What a server's answer to a range says about the file, checked for contradictions.</summary>
/// <param name="Length">The whole file's length, or null where the server does not say.</param>
/// <param name="IsRange">True for a part (206), false for the whole (200).</param>
/// <param name="Start">First byte of the body.</param>
/// <param name="End">Byte after the last of the body, where known.</param>
/// <param name="Etag">The entity's tag.</param>
/// <param name="LastModified">The entity's date.</param>
internal sealed record RangeAnswer(long? Length, bool IsRange, long Start, long? End, string? Etag, string? LastModified)
{
    /// <summary>Reads the headers.</summary>
    /// <param name="response">A 200 or 206.</param>
    /// <param name="file">What was asked for.</param>
    /// <param name="start">First byte asked for.</param>
    /// <exception cref="CatalogException">The headers contradict each other, or what is known of the file.</exception>
    public static RangeAnswer Read(HttpResponseMessage response, RemoteFile file, long start)
    {
        var etag = response.Headers.ETag?.ToString();
        var modified = response.Content.Headers.LastModified?.ToString("O");
        var body = response.Content.Headers.ContentLength;
        if (response.StatusCode == HttpStatusCode.OK)
            return CheckSize(new RangeAnswer(body, false, 0, body, etag, modified), file);
        var range = response.Content.Headers.ContentRange;
        if (response.StatusCode != HttpStatusCode.PartialContent || range is not { HasRange: true, From: { } from, To: { } to } || range.Unit != "bytes")
            throw CatalogException.Failed($"{file.Name}: the server's answer makes no sense (status {(int)response.StatusCode} with Content-Range '{range}')");
        if (from != start)
            throw CatalogException.Failed($"{file.Name}: the server sent bytes from {from} when those from {start} were asked for; it cannot be trusted with ranges");
        if (body is { } b && b != to - from + 1)
            throw CatalogException.Failed($"{file.Name}: the server lies about its lengths: Content-Range says {to - from + 1} bytes, Content-Length says {b}");
        return CheckSize(new RangeAnswer(range.Length, true, from, to + 1, etag, modified), file);
    }

    private static RangeAnswer CheckSize(RangeAnswer answer, RemoteFile file) =>
        answer.Length is { } l && file.Size is { } expected && l != expected
            ? throw CatalogException.Failed($"{file.Name}: the server says {l} bytes and its listing says {expected}; the file changed or the server lies about its length")
            : answer;

    /// <summary>True where nothing says that the file changed since the part began.</summary>
    public bool IsSameAs(PartHeader header) =>
        (Length is null || Length == header.Length)
        && (Etag is null || header.Etag is null || Etag == header.Etag)
        && (Etag is not null || LastModified is null || header.LastModified is null || LastModified == header.LastModified);
}
