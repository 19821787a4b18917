using System.Runtime.InteropServices;

namespace Freehold.Storage;

/// <summary>Files and folders that only the user of this process may read.</summary>
public static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder, and what is above it, where it is missing; what is made is 0700.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file, which is 0600 from its first moment on where it is made here.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share = FileShare.None)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate))
            options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Makes a file of these bytes, whole or not at all, 0600, unless there is one: of several who do it at once, in whatever process, one does. The folder is there.
    /// </summary>
    /// <returns>Whether it was made here; otherwise another's is there.</returns>
    public static bool TryMake(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = Open(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            // On Unix .NET moves in two steps, and a file that comes between them is overwritten; a link is made or not. A file system without links has the two steps.
            if (!OperatingSystem.IsWindows() && Link(temporary, path) == 0)
                return true;
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Removes a file whose bytes nobody is to find again: they are overwritten first. (What the disk itself keeps of them, on flash or in snapshots, no program reaches.)</summary>
    public static void Destroy(string path)
    {
        if (!File.Exists(path))
            return;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            var zeros = new byte[1 << 16];
            for (var left = file.Length; left > 0; left -= zeros.Length)
                file.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
            file.Flush(flushToDisk: true);
        }
        File.Delete(path);
    }

    [DllImport("libc", EntryPoint = "link")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);
}
