using System.Runtime.CompilerServices;

namespace Freehold.Engine.Sampling;

/// <summary>Exponential and logarithm of the token path: fused multiply-adds in one order, so the same bits on every machine.</summary>
internal static class TokenMath
{
    /// <summary>e to the x, for x from -104 to 0 and a little above; within 2 ulp.</summary>
    public static float Exp(float x)
    {
        x = MathF.Max(-104f, MathF.Min(89f, x));
        var shifted = MathF.FusedMultiplyAdd(x, 1.44269504f, 12582912f);
        var n = shifted - 12582912f;
        var r = MathF.FusedMultiplyAdd(-n, 0.693145752f, x);
        r = MathF.FusedMultiplyAdd(-n, 1.42860677e-6f, r);
        var p = 0.00138144905f;
        p = MathF.FusedMultiplyAdd(p, r, 0.0083687501f);
        p = MathF.FusedMultiplyAdd(p, r, 0.0416683927f);
        p = MathF.FusedMultiplyAdd(p, r, 0.166665196f);
        p = MathF.FusedMultiplyAdd(p, r, 0.49999994f);
        p = MathF.FusedMultiplyAdd(p, r * r, r) + 1f;
        var exponent = (int)n;
        var half = exponent >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>Natural logarithm of a positive normal number, in double precision by the series of 2 artanh((m - 1) / (m + 1)).</summary>
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble(bits & 0xFFFFFFFFFFFFF | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
            (m, exponent) = (m * 0.5, exponent + 1);
        var s = (m - 1) / (m + 1);
        var z = s * s;
        var p = 1.0 / 21;
        for (var k = 19; k >= 1; k -= 2)
            p = Math.FusedMultiplyAdd(p, z, 1.0 / k);
        return Math.FusedMultiplyAdd(exponent, 0.693147180559945309, 2 * s * p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int n) => BitConverter.Int32BitsToSingle((n + 127) << 23);
}
