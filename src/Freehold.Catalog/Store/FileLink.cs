using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Freehold.Catalog.Store;

/// <summary>How a file came into the store, the cheapest first.</summary>
public enum Placement
{
    /// <summary>The store had the same content already.</summary>
    Present,

    /// <summary>The file system shares the bytes until one of the two changes (btrfs, XFS, bcachefs).</summary>
    Cloned,

    /// <summary>A second name of the same file.</summary>
    Linked,

    /// <summary>Its bytes were copied.</summary>
    Copied,
}

/// <summary>Hard links and clones, which .NET 10 has no calls for.</summary>
internal static partial class FileLink
{
    private const nuint CloneRequest = 0x40049409; // FICLONE, linux/fs.h

    /// <summary>Makes a second name of the same file; false where the file system cannot.</summary>
    public static bool TryHardLink(string existing, string link) =>
        OperatingSystem.IsWindows() ? CreateHardLink(link, existing, 0) : Link(existing, link) == 0;

    /// <summary>Makes a copy that shares the bytes until one changes; false where the file system cannot.</summary>
    public static bool TryClone(string existing, string copy)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            using var from = File.OpenHandle(existing);
            using (var to = File.OpenHandle(copy, FileMode.CreateNew, FileAccess.Write))
            {
                if (Control(to, CloneRequest, (int)from.DangerousGetHandle()) == 0)
                    return true;
            }
            File.Delete(copy);
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string link);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle to, nuint request, nint argument);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string link, string existing, nint security);
}
