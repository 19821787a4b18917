using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Products;

/// <summary>
/// Sixteen products of signed bytes, summed exactly: by SDOT where the CPU has it (<see cref="Dp"/>), else by SMULL, SMLAL2 and SADALP.
/// A weight is at least -128 and an activation at most 127 in magnitude, so two products fit in int16: 2 * 128 * 127 = 32,512.
/// </summary>
internal static class AdvSimdDot
{
    /// <summary>Adds the products of equal places to four partial sums. Which sum takes which product is not said.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> w, Vector128<sbyte> a)
    {
        if (Dp.IsSupported)
            return Dp.DotProduct(sum, w, a);
        var products = AdvSimd.MultiplyWideningLower(w.GetLower(), a.GetLower());
        return AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.MultiplyWideningUpperAndAdd(products, w, a));
    }

    /// <summary>Adds to each of four sums the products of its four weights and quad <paramref name="quad"/> (a constant) of the activations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> AddQuad(Vector128<int> sum, Vector128<sbyte> w, Vector128<sbyte> a, [ConstantExpected(Max = (byte)3)] byte quad)
    {
        if (Dp.IsSupported)
            return Dp.DotProductBySelectedQuadruplet(sum, w, a, quad);
        var four = AdvSimd.DuplicateSelectedScalarToVector128(a.AsInt32(), quad).AsSByte();
        var low = AdvSimd.MultiplyWideningLower(w.GetLower(), four.GetLower());
        var high = AdvSimd.MultiplyWideningUpper(w, four);
        return AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.Arm64.AddPairwise(low, high));
    }

    /// <summary>Four outputs' partial sums to one sum each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Fold(Vector128<int> s0, Vector128<int> s1, Vector128<int> s2, Vector128<int> s3) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(s0, s1), AdvSimd.Arm64.AddPairwise(s2, s3));
}

/// <summary>How activations lie for these kernels: one plane of bytes, or two (docs/numerics.md, "Activations").</summary>
internal interface IPlanes
{
    /// <summary>Planes: with two, a value is 128 times the first one's byte plus the second one's.</summary>
    static abstract int Count { get; }
}

/// <summary>8-bit activations.</summary>
internal readonly struct OnePlane : IPlanes
{
    public static int Count => 1;
}

/// <summary>15-bit activations.</summary>
internal readonly struct TwoPlanes : IPlanes
{
    public static int Count => 2;
}
