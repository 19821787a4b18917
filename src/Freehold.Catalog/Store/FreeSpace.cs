namespace Freehold.Catalog.Store;

/// <summary>Tells how much room a folder's disk has.</summary>
public interface IFreeSpace
{
    /// <summary>Bytes this user may still write below the folder, or null where the system does not say.</summary>
    long? AvailableBytes(string folder);
}

/// <summary>Asks the operating system.</summary>
public sealed class SystemFreeSpace : IFreeSpace
{
    /// <inheritdoc/>
    public long? AvailableBytes(string folder)
    {
        try
        {
            // On Unix any path is asked of its own file system (statvfs); on Windows the drive is.
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Path.GetFullPath(folder))! : folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
