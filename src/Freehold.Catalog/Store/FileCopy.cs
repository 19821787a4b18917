using System.Buffers;
using System.Security.Cryptography;

namespace Freehold.Catalog.Store;

/// <summary>Copies files too large to hold, and hashes them on the way.</summary>
internal static class FileCopy
{
    private const int BufferSize = 1 << 20;

    /// <summary>Copies a whole file to a new one and flushes it to the disk.</summary>
    /// <returns>The SHA-256 of what was copied.</returns>
    public static async Task<Sha256Digest> CopyAsync(string from, string to, Action<long>? advanced, CancellationToken cancellation)
    {
        var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (source.ConfigureAwait(false))
        {
            var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (target.ConfigureAwait(false))
            {
                var digest = await AppendAsync(source, target, advanced, cancellation).ConfigureAwait(false);
                target.Flush(flushToDisk: true);
                return digest;
            }
        }
    }

    /// <summary>Copies the rest of one stream to another.</summary>
    /// <returns>The SHA-256 of what was copied.</returns>
    public static async Task<Sha256Digest> AppendAsync(Stream source, Stream target, Action<long>? advanced, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, BufferSize), cancellation).ConfigureAwait(false);
                if (read == 0)
                    return FileHash.Current(hash);
                hash.AppendData(buffer.AsSpan(0, read));
                await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                advanced?.Invoke(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
