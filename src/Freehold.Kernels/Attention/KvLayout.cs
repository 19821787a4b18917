namespace Freehold.Kernels.Attention;

/// <summary>
/// One layer's part of a page of <see cref="PageTokens"/> positions, in f32. For each key-value head: the keys transposed,
/// [KeyLength][64], then the values, [64][ValueLength].
/// </summary>
/// <param name="KeyValueHeads">Heads of keys and values.</param>
/// <param name="KeyLength">Floats of a key.</param>
/// <param name="ValueLength">Floats of a value.</param>
public readonly record struct KvLayout(int KeyValueHeads, int KeyLength, int ValueLength)
{
    /// <summary>Positions in a page: one attention tile.</summary>
    public const int PageTokens = 64;

    /// <summary>Bytes of one head's part.</summary>
    public long HeadBytes => (long)PageTokens * (KeyLength + ValueLength) * sizeof(float);

    /// <summary>Bytes of this layer's part of a page.</summary>
    public long PageBytes => HeadBytes * KeyValueHeads;
}

/// <summary>The memory all pages lie in: page p begins at <c>Base + p * PageStride</c>.</summary>
public unsafe struct KvMemory
{
    /// <summary>Page 0.</summary>
    public byte* Base;

    /// <summary>Bytes from page to page.</summary>
    public long PageStride;
}

/// <summary>A run of rows in a batch that are successive positions of one sequence.</summary>
public unsafe struct SequenceRows
{
    /// <summary>The run's first row in the batch.</summary>
    public int FirstRow;

    /// <summary>Rows in the run.</summary>
    public int Rows;

    /// <summary>Position of the first row in its sequence.</summary>
    public int StartPosition;

    /// <summary>Page ids of the sequence: entry i holds positions 64 i to 64 i + 63.</summary>
    public int* Pages;
}
