namespace Freehold.Catalog.Store;

/// <summary>
/// A lock between processes: a file held open for this process alone (flock on Unix, share mode on Windows). The system lets go of it when the process
/// ends, however it ends. Lock files stay where they are: deleting one would let two processes hold "the" lock on different files.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _held;

    private FileLock(FileStream held) => _held = held;

    public void Dispose() => _held.Dispose();

    /// <summary>Takes the lock or returns null where another holds it.</summary>
    public static FileLock? TryAcquire(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "taking a lock", path);
        }
    }

    /// <summary>Waits for the lock.</summary>
    public static async Task<FileLock> AcquireAsync(string path, TimeProvider time, Action? onWait, CancellationToken cancellation)
    {
        var told = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryAcquire(path) is { } taken)
                return taken;
            if (!told)
                onWait?.Invoke();
            told = true;
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation).ConfigureAwait(false);
        }
    }

    // EWOULDBLOCK/EAGAIN is 11 on Linux and 35 on macOS; Windows says ERROR_SHARING_VIOLATION.
    private static bool IsHeld(IOException e) =>
        e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
        && (e.HResult is 11 or 35 || e.HResult == unchecked((int)0x80070020));
}
