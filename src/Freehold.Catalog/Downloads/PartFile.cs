using System.Buffers;
using Freehold.Catalog.Store;
using Microsoft.Win32.SafeHandles;

namespace Freehold.Catalog.Downloads;

/// <summary>
/// A file that is coming: its bytes in <c>data</c> (sparse, each segment at its own place) and a journal of what is there. What a journal claims is believed
/// only after the bytes were hashed again, so neither a kill nor a power cut can smuggle in holes.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private readonly SafeFileHandle _data;
    private readonly PartJournal _journal;

    private PartFile(string folder, PartHeader header, SafeFileHandle data, PartJournal journal)
    {
        Folder = folder;
        Header = header;
        _data = data;
        _journal = journal;
        var count = (int)((header.Length + header.Segment - 1) / header.Segment);
        Segments = [.. Enumerable.Range(0, count).Select(i => new Segment(i, i * header.Segment, Math.Min(header.Segment, header.Length - i * header.Segment)))];
    }

    public string Folder { get; }

    public PartHeader Header { get; }

    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>Bytes that are on the disk.</summary>
    public long Done => Segments.Sum(s => s.Done);

    public static string DataPath(string folder) => Path.Combine(folder, "data");

    public static string JournalPath(string folder) => Path.Combine(folder, "journal");

    public void Dispose()
    {
        _data.Dispose();
        _journal.Dispose();
        foreach (var segment in Segments)
            segment.Dispose();
    }

    /// <summary>Begins a file anew.</summary>
    public static PartFile Create(string folder, PartHeader header)
    {
        Directory.CreateDirectory(folder);
        File.Delete(DataPath(folder));
        var journal = PartJournal.Create(JournalPath(folder), header);
        return new PartFile(folder, header, OpenData(folder), journal);
    }

    /// <summary>Goes on with what is there, or null where nothing is that can be used.</summary>
    public static async Task<PartFile?> TryResumeAsync(string folder, CancellationToken cancellation)
    {
        if (PartJournal.Read(JournalPath(folder)) is not { } journal || !File.Exists(DataPath(folder)))
            return null;
        var part = new PartFile(folder, journal.Header, OpenData(folder), PartJournal.Open(JournalPath(folder)));
        try
        {
            foreach (var segment in part.Segments)
            {
                if (journal.Notes.TryGetValue(segment.Index, out var note) && note.Bytes <= segment.Length)
                    await part.ReplayAsync(segment, note, cancellation).ConfigureAwait(false);
            }
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    /// <summary>Removes whatever is kept of a file.</summary>
    public static void Discard(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Writes the next bytes of a segment; notes them now and then.</summary>
    public void Write(Segment segment, ReadOnlySpan<byte> bytes, long noteEvery)
    {
        RandomAccess.Write(_data, bytes, segment.Start + segment.Done);
        segment.Append(bytes);
        if (segment.IsComplete || segment.Done - segment.Noted >= noteEvery)
            _journal.Append(segment.Note());
    }

    /// <summary>Notes what has come since the last note, so that an orderly stop loses nothing.</summary>
    public void Note(Segment segment)
    {
        if (segment.Done > segment.Noted)
            _journal.Append(segment.Note());
    }

    /// <summary>Puts the bytes on the disk for good.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_data);

    private static SafeFileHandle OpenData(string folder) => File.OpenHandle(DataPath(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

    private async Task ReplayAsync(Segment segment, PartNote note, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            while (segment.Done < note.Bytes)
            {
                var wanted = (int)Math.Min(1 << 20, note.Bytes - segment.Done);
                var read = await RandomAccess.ReadAsync(_data, buffer.AsMemory(0, wanted), segment.Start + segment.Done, cancellation).ConfigureAwait(false);
                if (read == 0)
                    break;
                segment.Append(buffer.AsSpan(0, read));
            }
            if (segment.Done != note.Bytes || !segment.Matches(note))
                segment.Restart();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
