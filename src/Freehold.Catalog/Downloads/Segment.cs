using System.Security.Cryptography;

namespace Freehold.Catalog.Downloads;

/// <summary>A stretch of a file that one connection brings.</summary>
/// <param name="index">Which, from 0.</param>
/// <param name="start">Offset in the file.</param>
/// <param name="length">Bytes.</param>
internal sealed class Segment(int index, long start, long length) : IDisposable
{
    private IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public int Index => index;

    public long Start => start;

    public long Length => length;

    /// <summary>Bytes that are on the disk, from the segment's start.</summary>
    public long Done { get; private set; }

    /// <summary>Bytes of <see cref="Done"/> that the journal knows.</summary>
    public long Noted { get; private set; }

    public bool IsComplete => Done == Length;

    public void Dispose() => _hash.Dispose();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Done += bytes.Length;
    }

    /// <summary>Forgets what has come.</summary>
    public void Restart()
    {
        _hash.Dispose();
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Done = Noted = 0;
    }

    /// <summary>The note that says how far it is.</summary>
    public PartNote Note()
    {
        Noted = Done;
        return new PartNote { Segment = Index, Bytes = Done, Sha256 = Store.FileHash.Current(_hash).Hex };
    }

    /// <summary>True where the hash of what was appended is the noted one.</summary>
    public bool Matches(PartNote note)
    {
        Noted = Done;
        return Store.FileHash.Current(_hash).Hex == note.Sha256;
    }
}
