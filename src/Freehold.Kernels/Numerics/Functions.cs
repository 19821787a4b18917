using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>Our own functions on floats: no libm, equal bits on every machine (docs/numerics.md).</summary>
public static unsafe class Functions
{
    /// <summary>e to the x, within 1 ulp.</summary>
    public static float Exp(float x) => LaneFunctions.Exp(new OneLane(x)).Value;

    /// <summary>Natural logarithm, within 1 ulp; -infinity for 0, NaN below.</summary>
    public static float Log(float x) => LaneFunctions.Log(new OneLane(x)).Value;

    /// <summary>Hyperbolic tangent, within 2 ulp.</summary>
    public static float Tanh(float x) => LaneFunctions.Tanh(new OneLane(x)).Value;

    /// <summary>The error function, within 2 ulp.</summary>
    public static float Erf(float x) => LaneFunctions.Erf(new OneLane(x)).Value;

    /// <summary>The dot product: 16 accumulators by index mod 16, fused, folded 8, 4, 2, 1.</summary>
    public static float Dot(float* x, float* y, int length)
    {
        if (Avx512F.IsSupported)
            return LaneReductions.Dot<Avx512Lanes>(x, y, length);
        if (Avx2.IsSupported && Fma.IsSupported)
            return LaneReductions.Dot<Avx2Lanes>(x, y, length);
        if (AdvSimd.Arm64.IsSupported)
            return LaneReductions.Dot<AdvSimdLanes>(x, y, length);
        return LaneReductions.Dot<ScalarLanes>(x, y, length);
    }

    /// <summary>
    /// log(sum(exp(x))), to about 1e-7 of the sum: exponentials in float in 16 accumulators by index mod 16, folded 8, 4, 2, 1 every 1,024
    /// values, the rest in double. A log-probability is the logit minus this. NaN where a value is NaN; infinity where one is;
    /// -infinity for an empty span or where all values are -infinity.
    /// </summary>
    public static double LogSumExp(ReadOnlySpan<float> values)
    {
        fixed (float* x = values)
        {
            if (Avx512F.IsSupported)
                return LaneReductions.LogSumExp<Avx512Lanes>(x, values.Length);
            if (Avx2.IsSupported && Fma.IsSupported)
                return LaneReductions.LogSumExp<Avx2Lanes>(x, values.Length);
            if (AdvSimd.Arm64.IsSupported)
                return LaneReductions.LogSumExp<AdvSimdLanes>(x, values.Length);
            return LaneReductions.LogSumExp<ScalarLanes>(x, values.Length);
        }
    }
}
