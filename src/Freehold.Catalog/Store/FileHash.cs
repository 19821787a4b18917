using System.Buffers;
using System.Security.Cryptography;

namespace Freehold.Catalog.Store;

/// <summary>SHA-256 of files too large to hold.</summary>
internal static class FileHash
{
    private const int BufferSize = 1 << 20;

    /// <summary>Hashes <paramref name="length"/> bytes of a file from <paramref name="offset"/>.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public static async Task<Sha256Digest> OfAsync(string path, long offset, long length, Action<long>? advanced, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long done = 0; done < length;)
            {
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(BufferSize, length - done)), offset + done, cancellation).ConfigureAwait(false);
                if (read == 0)
                    throw new EndOfStreamException($"{path} ends after {offset + done} bytes, before {offset + length}");
                hash.AppendData(buffer.AsSpan(0, read));
                done += read;
                advanced?.Invoke(read);
            }
            return Current(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The hash of what was appended so far; appending may go on.</summary>
    public static Sha256Digest Current(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(bytes);
        return Sha256Digest.From(bytes);
    }

}
