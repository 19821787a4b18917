namespace Freehold.Kernels;

/// <summary>The instruction sets that kernels are written for. All of them give equal bits (docs/numerics.md).</summary>
public enum InstructionSet
{
    /// <summary>Plain loops: the oracle.</summary>
    Scalar,
    /// <summary>x86-64 AVX2 and FMA.</summary>
    Avx2,
    /// <summary>AVX2 with the 256-bit VEX-encoded VNNI.</summary>
    AvxVnni,
    /// <summary>AVX-512 F, BW, DQ and VL.</summary>
    Avx512,
    /// <summary>AVX-512 with VNNI's 512-bit dot products, which .NET lacks: code generated at run time, on Linux.</summary>
    Avx512Vnni,
    /// <summary><see cref="Avx512Vnni"/>, and AMX's tile products for 16 rows and more: also code generated at run time.</summary>
    Amx,
    /// <summary>Arm64 AdvSimd, with Dp where the CPU has it.</summary>
    AdvSimd,
}
