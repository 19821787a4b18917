using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>
/// Sums over a vector in the project's one order (sixteen accumulators by index mod 16, folded 8, 4, 2, 1), with whatever vectors
/// this CPU has: equal bits on all.
/// </summary>
public static unsafe class Reductions
{
    /// <summary>The sum of products of <paramref name="count"/> floats.</summary>
    public static float Dot(float* left, float* right, int count)
    {
        if (Avx512F.IsSupported)
            return LaneReductions<Avx512Lanes>.Dot(left, right, count);
        if (Fma.IsSupported && Avx2.IsSupported)
            return LaneReductions<Avx2Lanes>.Dot(left, right, count);
        return AdvSimd.Arm64.IsSupported
            ? LaneReductions<AdvSimdLanes>.Dot(left, right, count)
            : LaneReductions<ScalarLanes>.Dot(left, right, count);
    }

    /// <summary>The sum of squares of <paramref name="count"/> floats.</summary>
    public static float SumOfSquares(float* values, int count)
    {
        if (Avx512F.IsSupported)
            return LaneReductions<Avx512Lanes>.SumOfSquares(values, count);
        if (Fma.IsSupported && Avx2.IsSupported)
            return LaneReductions<Avx2Lanes>.SumOfSquares(values, count);
        return AdvSimd.Arm64.IsSupported
            ? LaneReductions<AdvSimdLanes>.SumOfSquares(values, count)
            : LaneReductions<ScalarLanes>.SumOfSquares(values, count);
    }

    /// <summary>
    /// log(sum(exp(values))), the softmax's normaliser: log p of token i is values[i] minus this. Exponentials and sums of 1,024 are in
    /// float, the rest in double. -infinity for none or where all values are; infinity where one is.
    /// </summary>
    public static double LogSumExp(ReadOnlySpan<float> values)
    {
        fixed (float* p = values)
        {
            if (Avx512F.IsSupported)
                return LaneReductions<Avx512Lanes>.LogSumExp(p, values.Length);
            if (Fma.IsSupported && Avx2.IsSupported)
                return LaneReductions<Avx2Lanes>.LogSumExp(p, values.Length);
            return AdvSimd.Arm64.IsSupported
                ? LaneReductions<AdvSimdLanes>.LogSumExp(p, values.Length)
                : LaneReductions<ScalarLanes>.LogSumExp(p, values.Length);
        }
    }
}
