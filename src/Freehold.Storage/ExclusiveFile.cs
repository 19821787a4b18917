namespace Freehold.Storage;

/// <summary>
/// A file held open by one at a time, of all processes (flock on Unix, share mode on Windows). The system lets go of it when the process ends, however it ends. Such files stay where they are: deleting one would let two
/// processes hold "the" file on different ones.
/// </summary>
public sealed class ExclusiveFile : IDisposable
{
    private readonly FileStream _held;

    private ExclusiveFile(FileStream held) => _held = held;

    /// <summary>Opens the file, which is made where it is missing; null where another holds it.</summary>
    /// <param name="path">The file, in a folder that is there.</param>
    /// <param name="isPrivate">Whether it is this user's alone where it is made here (0600); otherwise it gets the rights that new files have.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static ExclusiveFile? TryOpen(string path, bool isPrivate)
    {
        try
        {
            return new ExclusiveFile(isPrivate
                ? PrivateFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite)
                : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    // EWOULDBLOCK/EAGAIN is 11 on Linux and 35 on macOS; Windows says ERROR_SHARING_VIOLATION.
    private static bool IsHeld(IOException e) =>
        e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
        && (e.HResult is 11 or 35 || e.HResult == unchecked((int)0x80070020));
}
