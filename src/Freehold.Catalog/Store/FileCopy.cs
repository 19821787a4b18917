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
                var digest = await AppendAsync(source, target, source.Length, advanced, cancellation).ConfigureAwait(false);
                target.Flush(flushToDisk: true);
                return digest;
            }
        }
    }

    /// <summary>Copies so many bytes of one stream to another.</summary>
    /// <returns>The SHA-256 of what was copied.</returns>
    /// <exception cref="EndOfStreamException">The source ends before.</exception>
    public static async Task<Sha256Digest> AppendAsync(Stream source, Stream target, long length, Action<long>? advanced, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (var left = length; left > 0;)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, left)), cancellation).ConfigureAwait(false);
                if (read == 0)
                    throw new EndOfStreamException($"a file ended {left} bytes early; was it changed meanwhile?");
                left -= read;
                hash.AppendData(buffer.AsSpan(0, read));
                await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                advanced?.Invoke(read);
            }
            return FileHash.Current(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
