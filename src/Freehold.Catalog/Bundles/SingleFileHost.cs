using System.Buffers.Binary;
using System.Text;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Bundles;

/// <summary>
/// Tells whether an executable is a published .NET single file that brings its runtime: its host holds the offset of the bundle header behind a fixed
/// signature (dotnet/runtime, src/native/corehost/apphost/bundle_marker.cpp), and the header (src/installer/managed/Microsoft.NET.HostModel/Bundle/Manifest.cs)
/// lists the files inside.
/// </summary>
internal static class SingleFileHost
{
    private const string CoreLibrary = "System.Private.CoreLib.dll";

    /// <summary>SHA-256 of ".net core bundle".</summary>
    private static ReadOnlySpan<byte> Signature =>
    [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ];

    /// <summary>Says why an executable cannot carry models to a machine without .NET, or null where it can.</summary>
    public static string? Fault(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (FindHeader(file, length) is not { } header || header <= 0 || header >= length)
            return "it is not published as a single file";
        return ListsCoreLibrary(file, header, length) ? null : "it is published without the runtime (not self-contained)";
    }

    /// <summary>True for a Windows executable (PE), which the system refuses to start above 4 GiB.</summary>
    public static bool IsWindows(string path)
    {
        Span<byte> magic = stackalloc byte[2];
        using var file = File.OpenHandle(path);
        return RandomAccess.Read(file, magic, 0) == 2 && magic.SequenceEqual("MZ"u8);
    }

    private static long? FindHeader(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length)
    {
        var buffer = new byte[1 << 20];
        for (long at = 0; at < length; at += buffer.Length - 64)
        {
            var read = RandomAccess.Read(file, buffer, at);
            for (var from = 0; buffer.AsSpan(from, read - from).IndexOf(Signature) is >= 0 and var found;)
            {
                var place = from + found;
                // The offset stands in the 8 bytes before; the program's own copy of the signature (in this class) has none there.
                if (place >= 8 && BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(place - 8)) is > 0 and var header && header < length && LooksLikeHeader(file, header))
                    return header;
                from = place + 1;
            }
        }
        return null;
    }

    private static bool LooksLikeHeader(Microsoft.Win32.SafeHandles.SafeFileHandle file, long header)
    {
        Span<byte> bytes = stackalloc byte[12];
        return RandomAccess.Read(file, bytes, header) == 12
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is > 0 and < 64
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is > 0 and < 100_000;
    }

    private static bool ListsCoreLibrary(Microsoft.Win32.SafeHandles.SafeFileHandle file, long header, long length)
    {
        // The header is a short list of names and offsets; the name need only be in it.
        var bytes = new byte[(int)Math.Min(1 << 20, length - header)];
        var read = RandomAccess.Read(file, bytes, header);
        return bytes.AsSpan(0, read).IndexOf(Encoding.ASCII.GetBytes(CoreLibrary)) >= 0;
    }
}
