using Microsoft.Data.Sqlite;

namespace Freehold.Storage;

/// <summary>Turns what a disk or SQLite says into what a person can act on.</summary>
public static class DiskFault
{
    // errno(3) as .NET hands it on, and winerror.h.
    private const int NoSpaceUnix = 28, QuotaUnix = 122, ReadOnlyUnix = 30;
    private const int DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);

    // Result codes of SQLite (sqlite.org/rescode.html).
    private const int Permission = 3, BusyCode = 5, Locked = 6, ReadOnly = 8, Corrupt = 11, FullCode = 13, CannotOpen = 14, NoDatabase = 26;

    /// <summary>Whether it is of the kind that <see cref="Explain"/> explains.</summary>
    public static bool Is(Exception failure) => failure is SqliteException or IOException or UnauthorizedAccessException or DllNotFoundException;

    /// <summary>The same as a typed error.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="path">The file that was being used.</param>
    public static StorageException Explain(Exception failure, string path)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return FaultOf(failure) switch
        {
            StorageFault.Full => new(StorageFault.Full, $"the disk of {path} is full; free some room", failure),
            StorageFault.Unwritable => new(StorageFault.Unwritable, $"{path} cannot be written by this process; give its user the right to, or choose another data folder", failure),
            StorageFault.Damaged => new(StorageFault.Damaged, $"{path} is damaged or no database; put a backup in its place, or remove it and lose what it holds", failure),
            StorageFault.Busy => new(StorageFault.Busy, $"another process holds {path}; try again in a moment", failure),
            _ => new(StorageFault.Failed, $"{path} failed: {failure.Message}", failure),
        };
    }

    private static StorageFault FaultOf(Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: FullCode } => StorageFault.Full,
        SqliteException { SqliteErrorCode: ReadOnly or CannotOpen or Permission } => StorageFault.Unwritable,
        SqliteException { SqliteErrorCode: Corrupt or NoDatabase } => StorageFault.Damaged,
        SqliteException { SqliteErrorCode: BusyCode or Locked } => StorageFault.Busy,
        IOException { HResult: NoSpaceUnix or QuotaUnix or DiskFullWindows or HandleDiskFullWindows } => StorageFault.Full,
        UnauthorizedAccessException or IOException { HResult: ReadOnlyUnix } => StorageFault.Unwritable,
        _ => StorageFault.Failed,
    };
}
