namespace Freehold.Models.Tokenizers.BytePair;

/// <summary>
/// Remembers the ids of short pieces: one place for each hash, newest wins, so its size is fixed. Entries never change; reading and
/// replacing a reference is atomic, so that callers on many threads need no lock.
/// </summary>
internal sealed class PieceCache
{
    private const int LongestPiece = 48;
    private readonly Entry?[] _entries = new Entry?[1 << 14];

    private sealed record Entry(byte[] Piece, int[] Ids);

    /// <summary>Finds the ids of a piece.</summary>
    public bool TryFind(ReadOnlySpan<byte> piece, out ReadOnlySpan<int> ids)
    {
        var entry = piece.Length <= LongestPiece ? Volatile.Read(ref _entries[Place(piece)]) : null;
        if (entry is null || !piece.SequenceEqual(entry.Piece))
        {
            ids = default;
            return false;
        }
        ids = entry.Ids;
        return true;
    }

    /// <summary>Remembers the ids of a piece, unless it is long.</summary>
    public void Keep(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids)
    {
        if (piece.Length <= LongestPiece)
            Volatile.Write(ref _entries[Place(piece)], new Entry(piece.ToArray(), ids.ToArray()));
    }

    private int Place(ReadOnlySpan<byte> piece)
    {
        var hash = 2166136261u;
        foreach (var value in piece)
            hash = (hash ^ value) * 16777619u;
        return (int)((hash ^ hash >> 15) & (uint)(_entries.Length - 1));
    }
}
