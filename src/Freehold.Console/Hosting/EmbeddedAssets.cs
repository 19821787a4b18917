using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Pages.Hosting;

/// <summary>What browsers load, out of this assembly: compressed once, kept, and named by its content so that browsers may keep it as well.</summary>
internal sealed class EmbeddedAssets
{
    private readonly ConcurrentDictionary<string, Asset?> _assets = new(StringComparer.Ordinal);

    /// <summary>The path of an asset, with its content's mark: another version has another path.</summary>
    public static string PathOf(string name) => $"/_console/{name}?{Versions.Value}";

    private static readonly Lazy<string> Versions = new(() => typeof(EmbeddedAssets).Assembly.ManifestModule.ModuleVersionId.ToString("N")[..12]);

    public async Task AnswerAsync(HttpContext http)
    {
        var name = (string)http.GetRouteValue("name")!;
        if (_assets.GetOrAdd(name, Load) is not { } asset)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        http.Response.ContentType = asset.ContentType;
        http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        http.Response.Headers.Vary = "Accept-Encoding";
        var zipped = http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (zipped)
            http.Response.Headers.ContentEncoding = "gzip";
        var bytes = zipped ? asset.Zipped : asset.Plain;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static Asset? Load(string name)
    {
        using var stream = typeof(EmbeddedAssets).Assembly.GetManifestResourceStream("assets/" + name);
        if (stream is null)
            return null;
        var plain = new MemoryStream();
        stream.CopyTo(plain);
        var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(plain.ToArray());
        return new Asset(TypeOf(name), plain.ToArray(), zipped.ToArray());
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private sealed record Asset(string ContentType, byte[] Plain, byte[] Zipped);
}
