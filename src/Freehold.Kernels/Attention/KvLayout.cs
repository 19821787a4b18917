namespace Freehold.Kernels.Attention;

/// <summary>
/// One layer's part of a page of <see cref="PageTokens"/> positions. For each key-value head in f32: the keys transposed, [KeyLength][64], then the values,
/// [64][ValueLength]. In int8: the keys' bytes and their scales, [blocks of KeyLength][64], then the values' bytes and their scales, [64][blocks of ValueLength].
/// </summary>
/// <param name="KeyValueHeads">Heads of keys and values.</param>
/// <param name="KeyLength">Numbers of a key.</param>
/// <param name="ValueLength">Numbers of a value.</param>
/// <param name="Type">How they are stored.</param>
public readonly record struct KvLayout(int KeyValueHeads, int KeyLength, int ValueLength, KvType Type = KvType.F32)
{
    /// <summary>Positions in a page: one attention tile.</summary>
    public const int PageTokens = 64;

    /// <summary>Numbers of a key or value that share a scale.</summary>
    public const int ScaleBlock = 32;

    /// <summary>Bytes of one head's part.</summary>
    public long HeadBytes => KeyBytes + PageTokens * BytesOf(ValueLength);

    /// <summary>Bytes of this layer's part of a page.</summary>
    public long PageBytes => HeadBytes * KeyValueHeads;

    /// <summary>Bytes of one head's keys with their scales; its values begin there.</summary>
    internal long KeyBytes => PageTokens * BytesOf(KeyLength);

    /// <summary>Scales that a key or value of a length has.</summary>
    internal static int Blocks(int length) => (length + ScaleBlock - 1) / ScaleBlock;

    private long BytesOf(int length) => Type == KvType.Q8 ? length + Blocks(length) * (long)sizeof(float) : length * (long)sizeof(float);
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
