namespace Freehold.Kernels.Attention;

/// <summary>How keys and values are stored. Logits differ between the types, and in nothing else: each gives its own bits everywhere (docs/numerics.md).</summary>
public enum KvType
{
    /// <summary>As they are computed.</summary>
    F32,

    /// <summary>int8 in blocks of 32 with a scale each: 9 bits a number.</summary>
    Q8,
}
