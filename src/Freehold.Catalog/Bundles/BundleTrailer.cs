using System.Buffers.Binary;
using System.IO.Hashing;

namespace Freehold.Catalog.Bundles;

/// <summary>The last bytes of a bundle.</summary>
/// <param name="HostLength">Bytes of the executable in front.</param>
/// <param name="IndexOffset">Where the index begins.</param>
/// <param name="IndexLength">Its bytes.</param>
internal sealed record BundleTrailer(long HostLength, long IndexOffset, long IndexLength)
{
    /// <summary>Writes the trailer for this index.</summary>
    public byte[] Write(ReadOnlySpan<byte> index)
    {
        var bytes = new byte[BundleFormat.TrailerBytes];
        BundleFormat.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), BundleFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), HostLength);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), IndexOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), IndexLength);
        XxHash128.Hash(index, bytes.AsSpan(48));
        return bytes;
    }

    /// <summary>Reads the trailer of a file, or null where it has none: it is no bundle.</summary>
    /// <exception cref="CatalogException">It has one that contradicts the file: it is damaged or truncated.</exception>
    public static (BundleTrailer Trailer, byte[] IndexHash)? Read(ReadOnlySpan<byte> bytes, long fileLength, string path)
    {
        if (bytes.Length < BundleFormat.TrailerBytes || !bytes[..16].SequenceEqual(BundleFormat.Magic))
            return null;
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        if (version != BundleFormat.Version)
            throw CatalogException.Refused($"{path} is a bundle of version {version} and this program reads version {BundleFormat.Version}");
        var trailer = new BundleTrailer(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]));
        if (trailer.HostLength <= 0 || trailer.IndexLength is <= 0 or > BundleFormat.MaxIndexBytes || trailer.IndexOffset < trailer.HostLength
            || trailer.IndexOffset != fileLength - BundleFormat.TrailerBytes - trailer.IndexLength)
            throw CatalogException.Failed($"{path} is a damaged bundle: its trailer points outside the file; copy it again from where it came");
        return (trailer, bytes.Slice(48, BundleFormat.HashBytes).ToArray());
    }
}
