namespace Freehold.Kernels.Blocks;

/// <summary>How a tensor's elements are stored. Values are GGML's type numbers (ggml.h, <c>enum ggml_type</c>).</summary>
public enum TensorType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32 = 0,
    /// <summary>IEEE 754 binary16.</summary>
    F16 = 1,
    /// <summary>32 values: f16 scale, 4-bit values offset by 8.</summary>
    Q4_0 = 2,
    /// <summary>32 values: f16 scale, f16 minimum, 4-bit values.</summary>
    Q4_1 = 3,
    /// <summary>32 values: f16 scale, 5-bit values offset by 16.</summary>
    Q5_0 = 6,
    /// <summary>32 values: f16 scale, f16 minimum, 5-bit values.</summary>
    Q5_1 = 7,
    /// <summary>32 values: f16 scale, int8 values.</summary>
    Q8_0 = 8,
    /// <summary>256 values in 16 groups of 16: 2-bit values, 4-bit scales and minimums.</summary>
    Q2_K = 10,
    /// <summary>256 values in 16 groups of 16: 3-bit values, 6-bit scales.</summary>
    Q3_K = 11,
    /// <summary>256 values in 8 groups of 32: 4-bit values, 6-bit scales and minimums.</summary>
    Q4_K = 12,
    /// <summary>256 values in 8 groups of 32: 5-bit values, 6-bit scales and minimums.</summary>
    Q5_K = 13,
    /// <summary>256 values in 16 groups of 16: 6-bit values, 8-bit scales.</summary>
    Q6_K = 14,
    /// <summary>32 values: f16 scale, 4-bit indices into a fixed non-linear table.</summary>
    IQ4_NL = 20,
    /// <summary>256 values in 8 groups of 32: 6-bit scales, 4-bit indices into a fixed non-linear table.</summary>
    IQ4_XS = 23,
    /// <summary>bfloat16.</summary>
    BF16 = 30,
    /// <summary>32 values: one E8M0 scale, 4-bit E2M1 values (OCP Microscaling Formats 1.0).</summary>
    MXFP4 = 39,
}
