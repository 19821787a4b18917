using System.Buffers.Binary;
using System.IO.Hashing;

namespace Freehold.Catalog.Bundles;

/// <summary>The first bytes behind the executable in a bundle: how long the whole is, so that a copy that was cut off is known as one although its trailer is gone.</summary>
/// <param name="FileLength">Bytes of the whole bundle.</param>
internal sealed record BundleHead(long FileLength)
{
    /// <summary>Writes the head.</summary>
    public byte[] Write()
    {
        var bytes = new byte[BundleFormat.HeadBytes];
        BundleFormat.HeadMagic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), BundleFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), FileLength);
        XxHash128.Hash(bytes.AsSpan(0, 32), bytes.AsSpan(32));
        return bytes;
    }

    /// <summary>Finds the head of a file whose trailer is not there, or returns null where the file never was a bundle. Costs a read of 64 bytes for every 64 KiB.</summary>
    public static BundleHead? Find(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length)
    {
        Span<byte> bytes = stackalloc byte[BundleFormat.HeadBytes];
        Span<byte> hash = stackalloc byte[BundleFormat.HashBytes];
        for (var at = BundleFormat.Alignment; at + bytes.Length <= length; at += BundleFormat.Alignment)
        {
            if (RandomAccess.Read(file, bytes, at) < bytes.Length || !bytes[..16].SequenceEqual(BundleFormat.HeadMagic))
                continue;
            // The program itself may hold the magic; its hash behind it is no accident.
            XxHash128.Hash(bytes[..32], hash);
            if (hash.SequenceEqual(bytes[32..48]))
                return new BundleHead(BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));
        }
        return null;
    }
}
