using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Blocks;

/// <summary>
/// How Arm64 takes one quantised type apart: its values in 128-bit registers, already the signed int8 of docs/numerics.md. Geometry and scales are
/// those of the type's <see cref="IBlockLayout"/>. <see cref="ScalarBlocks"/> is the oracle.
/// </summary>
internal unsafe interface IAdvSimdRun
{
    /// <summary>Run <paramref name="run"/> of a block: values 0 to 15 and 16 to 31.</summary>
    static abstract void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high);
}
