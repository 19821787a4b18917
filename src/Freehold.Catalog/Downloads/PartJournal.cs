using System.Text.Json;

namespace Freehold.Catalog.Downloads;

/// <summary>What a partial download is a part of: the first line of its journal.</summary>
internal sealed record PartHeader
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The file's length.</summary>
    public required long Length { get; init; }

    /// <summary>Bytes of each segment but the last.</summary>
    public required long Segment { get; init; }

    /// <summary>The server's ETag when it began.</summary>
    public string? Etag { get; init; }

    /// <summary>The server's Last-Modified when it began.</summary>
    public string? LastModified { get; init; }
}

/// <summary>A further line: so many bytes of a segment are on the disk, and this is their SHA-256. The last line of a segment counts.</summary>
internal sealed record PartNote
{
    public required int Segment { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }
}

/// <summary>An append-only journal, one JSON document a line; a last line that was cut by a kill is ignored.</summary>
internal sealed class PartJournal : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _lock = new();

    private PartJournal(FileStream file) => _file = file;

    public void Dispose() => _file.Dispose();

    /// <summary>Begins a journal, replacing what was there.</summary>
    public static PartJournal Create(string path, PartHeader header)
    {
        Store.AtomicFile.Write(path, [.. JsonSerializer.SerializeToUtf8Bytes(header, CatalogJson.Default.PartHeader), (byte)'\n']);
        return Open(path);
    }

    /// <summary>Opens a journal to append to.</summary>
    public static PartJournal Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        file.Seek(0, SeekOrigin.End);
        // A cut last line must not run together with the next one.
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
                file.WriteByte((byte)'\n');
        }
        return new PartJournal(file);
    }

    /// <summary>Reads a journal, or null where there is none that can be used.</summary>
    public static (PartHeader Header, Dictionary<int, PartNote> Notes)? Read(string path)
    {
        string[] lines;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > 256 << 20 })
                return null;
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (lines.Length == 0 || TryParse(lines[0], CatalogJson.Default.PartHeader) is not { Version: PartHeader.CurrentVersion, Length: > 0, Segment: > 0 } header)
            return null;
        var notes = new Dictionary<int, PartNote>();
        foreach (var line in lines.Skip(1))
        {
            if (TryParse(line, CatalogJson.Default.PartNote) is { Segment: >= 0, Bytes: >= 0 } note)
                notes[note.Segment] = note;
        }
        return (header, notes);
    }

    /// <summary>Appends a note in one write.</summary>
    public void Append(PartNote note)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(note, CatalogJson.Default.PartNote), (byte)'\n'];
        lock (_lock)
            _file.Write(line);
    }

    private static T? TryParse<T>(string line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
