using System.IO.MemoryMappedFiles;

namespace Freehold.Models.Files;

/// <summary>
/// A stretch of a file mapped read-only. A file that another process shrinks while it is mapped kills this process at the next touch of the
/// lost pages (SIGBUS); no program can catch that safely, so model files are replaced by renaming, never rewritten in place.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;

    private MappedFile(MemoryMappedFile? file, MemoryMappedViewAccessor? view, long length, string stamp)
    {
        Stamp = stamp;
        _file = file;
        _view = view;
        Length = length;
        if (view is null)
            return;
        byte* page = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref page);
        _start = page + view.PointerOffset;
    }

    /// <summary>First byte; null for an empty stretch.</summary>
    public byte* Start => _start;

    /// <summary>Bytes mapped.</summary>
    public long Length { get; }

    /// <summary>The file's length and time of change when it was opened, and the stretch mapped.</summary>
    public string Stamp { get; }

    /// <summary>Maps a whole file.</summary>
    public static MappedFile Open(string path) => Open(path, 0, null);

    /// <summary>Maps <paramref name="length"/> bytes from <paramref name="offset"/>, or all from there where no length is given.</summary>
    /// <exception cref="ModelFormatException">The stretch reaches past the end of the file.</exception>
    public static MappedFile Open(string path, long offset, long? length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            var available = stream.Length - offset;
            var bytes = length ?? available;
            if (available < 0 || bytes > available)
                throw new ModelFormatException($"{path}: {bytes} bytes from byte {offset} were asked for, the file has {stream.Length}; it is truncated: get it again");
            var stamp = FormattableString.Invariant($"{stream.Length} {File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks} {offset} {bytes}");
            if (bytes == 0)
            {
                stream.Dispose();
                return new MappedFile(null, null, 0, stamp);
            }
            var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            try
            {
                return new MappedFile(file, file.CreateViewAccessor(offset, bytes, MemoryMappedFileAccess.Read), bytes, stamp);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_start is not null)
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _start = null;
        _view?.Dispose();
        _file?.Dispose();
    }
}
