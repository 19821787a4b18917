using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Freehold.Catalog.Downloads;

/// <summary>The id git gives a file's content: SHA-1 over "blob", its length, a zero byte and the bytes. Hubs list it for small files that are not in LFS.</summary>
internal static class GitBlob
{
    public static async Task<string> IdAsync(string path, long length, CancellationToken cancellation)
    {
#pragma warning disable CA5350 // The id is git's; it guards small text files against damage, and no stronger one is published for them.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0")));
        var buffer = new byte[64 << 10];
        using var file = File.OpenRead(path);
        int read;
        while ((read = await file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            hash.AppendData(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
