using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Storage;

namespace Freehold.Gateway.Sealing;

/// <summary>The key under which texts go to clients and come back: 32 random bytes, <c>seal.key</c> in the data folder, made at first use, for this user alone.</summary>
internal sealed class SealKey(GatewayOptions options)
{
    private const int Bytes = 32;
    private byte[]? _key;

    /// <summary>The key.</summary>
    /// <exception cref="RefusedException">There is no folder to keep it in.</exception>
    /// <exception cref="StorageException">It cannot be read or kept.</exception>
    public byte[] Get()
    {
        if (Volatile.Read(ref _key) is { } known)
            return known;
        var folder = options.State.Folder ?? throw RefusedException.Field("include", "Thinking cannot be sealed: this server has no data folder to keep the key in (FREEHOLD_DATA). Leave 'reasoning.encrypted_content' out of 'include'.", ErrorCodes.UnsupportedValue);
        var path = Path.Combine(folder, "seal.key");
        try
        {
            var key = Read(path) ?? Make(folder, path);
            Volatile.Write(ref _key, key);
            return key;
        }
        catch (Exception failure) when (DiskFault.Is(failure))
        {
            throw DiskFault.Explain(failure, path);
        }
    }

    private static byte[]? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        var key = File.ReadAllBytes(path);
        return key.Length == Bytes ? key : throw new StorageException(StorageFault.Damaged, $"{path} is no key of {Bytes} bytes; put a backup in its place, or remove it: what was sealed before can then not be opened");
    }

    // One for all: who comes second finds the first one's.
    private static byte[] Make(string folder, string path)
    {
        PrivateFile.MakeFolder(folder);
        var key = new byte[Bytes];
        SystemRandom.Fill(key);
        return PrivateFile.TryMake(path, key) ? key : Read(path)!;
    }
}
