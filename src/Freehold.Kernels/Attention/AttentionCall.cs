namespace Freehold.Kernels.Attention;

/// <summary>One layer's attention over a batch. Strides are in floats.</summary>
public unsafe struct AttentionCall
{
    /// <summary>The pages.</summary>
    public KvMemory Memory;

    /// <summary>Bytes from a page's start to this layer's part.</summary>
    public long LayerOffset;

    /// <summary>Key-value heads and lengths.</summary>
    public KvLayout Layout;

    /// <summary>[rows][Heads][KeyLength].</summary>
    public float* Queries;

    /// <summary>Floats from row to row of the queries.</summary>
    public long QueryStride;

    /// <summary>[rows][Heads][ValueLength].</summary>
    public float* Output;

    /// <summary>Floats from row to row of the output.</summary>
    public long OutputStride;

    /// <summary>Query heads, a multiple of the key-value heads; a group of neighbours shares one.</summary>
    public int Heads;

    /// <summary>Factor on the scores.</summary>
    public float Scale;

    /// <summary>0 for all; else the row at position p sees keys above p - Window.</summary>
    public int Window;

    /// <summary>0 for none; else scores become cap * tanh(score / cap).</summary>
    public float SoftCap;

    /// <summary>Whether later positions are hidden; otherwise each row sees its whole sequence.</summary>
    public bool Causal;
}
