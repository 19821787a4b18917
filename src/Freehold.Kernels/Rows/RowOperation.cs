namespace Freehold.Kernels.Rows;

/// <summary>What is done to each row.</summary>
internal enum RowOperation
{
    RmsNorm,
    LayerNorm,
    Gate,
    Activate,
    Add,
    AddToEach,
    Scale,
    SoftCap,
}

/// <summary>One operation over rows of floats; which fields count depends on the operation.</summary>
internal unsafe struct RowCall
{
    public RowOperation Operation;
    public Activation Activation;
    public float* X;
    public long XStride;
    public float* Second;
    public long SecondStride;
    public float* Third;
    public float* Y;
    public long YStride;
    public float Number;
    public int Columns;
}
