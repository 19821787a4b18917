using System.Globalization;

namespace Freehold.Catalog.Store;

/// <summary>Turns what a disk says into what a person can act on.</summary>
internal static class DiskFault
{
    private const int NoSpaceUnix = 28; // ENOSPC
    private const int QuotaUnix = 122; // EDQUOT on Linux
    private const int DiskFullWindows = unchecked((int)0x80070070); // ERROR_DISK_FULL
    private const int HandleDiskFullWindows = unchecked((int)0x80070027); // ERROR_HANDLE_DISK_FULL
    private const int ReadOnlyUnix = 30; // EROFS

    /// <summary>True for what a disk may throw.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    public static bool IsFull(Exception e) =>
        e is IOException && e.HResult is NoSpaceUnix or QuotaUnix or DiskFullWindows or HandleDiskFullWindows;

    /// <summary>An error that says what to do.</summary>
    /// <param name="e">What the disk said.</param>
    /// <param name="doing">What was being done, e.g. <c>writing the part of model.gguf</c>.</param>
    /// <param name="path">Where.</param>
    /// <param name="freeSpace">Asked for the room that is left.</param>
    /// <param name="needed">Bytes still needed, where known.</param>
    public static CatalogException Explain(Exception e, string doing, string path, IFreeSpace? freeSpace = null, long? needed = null)
    {
        if (IsFull(e))
        {
            var has = freeSpace?.AvailableBytes(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? path);
            var numbers = (needed, has) switch
            {
                ({ } n, { } h) => $" ({ByteSize.Text(n)} more needed, {ByteSize.Text(h)} free)",
                (null, { } h) => $" ({ByteSize.Text(h)} free)",
                _ => "",
            };
            return CatalogException.Failed($"the disk is full{numbers} while {doing} in {path}; free some room (freehold list, freehold rm) or set FREEHOLD_DATA to a larger disk. What has come is kept, and the same command goes on from there", e);
        }
        if (e is UnauthorizedAccessException || e.HResult == ReadOnlyUnix)
            return CatalogException.Failed($"not allowed while {doing}: {path} cannot be written or read by this user; change its owner or rights, or set FREEHOLD_DATA to a folder of your own", e);
        return CatalogException.Failed($"the disk failed while {doing} in {path}: {e.Message}", e);
    }

    /// <summary>Refuses what cannot fit.</summary>
    /// <exception cref="CatalogException">Less is free than needed.</exception>
    public static void RequireRoom(IFreeSpace freeSpace, string folder, long needed, string what)
    {
        // What is left is for the journal, manifests and everybody else on this disk.
        const long Reserve = 64L << 20;
        if (needed > 0 && freeSpace.AvailableBytes(folder) is { } has && has < needed + Reserve)
        {
            throw CatalogException.Refused(
                $"{what} does not fit: it needs {ByteSize.Text(needed)} more ({needed.ToString(CultureInfo.InvariantCulture)} bytes and {ByteSize.Text(Reserve)} kept free) and the disk of {folder} has {ByteSize.Text(has)}; free some room (freehold list, freehold rm) or set FREEHOLD_DATA to a larger disk");
        }
    }
}
