using Freehold.Storage;

namespace Freehold.Catalog.Store;

/// <summary>A lock between processes that can be waited for: an <see cref="ExclusiveFile"/>.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly ExclusiveFile _held;

    private FileLock(ExclusiveFile held) => _held = held;

    public void Dispose() => _held.Dispose();

    /// <summary>Takes the lock or returns null where another holds it.</summary>
    public static FileLock? TryAcquire(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return ExclusiveFile.TryOpen(path, isPrivate: false) is { } held ? new FileLock(held) : null;
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
}
