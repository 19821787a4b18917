using System.Numerics;
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

    /// <summary>e to the (x - shift) of each, into <paramref name="results"/>: the same operations as <see cref="Exp(float)"/>, several at once, so the same bits.</summary>
    public static void Exp(ReadOnlySpan<float> values, float shift, Span<float> results)
    {
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            Exp(new Vector<float>(values[i..]) - new Vector<float>(shift)).CopyTo(results[i..]);
        for (; i < values.Length; i++)
            results[i] = Exp(values[i] - shift);
    }

    /// <summary>The sum in double precision: eight chains by index mod 8, folded 4, 2, 1.</summary>
    public static double Sum(ReadOnlySpan<float> values)
    {
        var i = 0;
        double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            var eight = values.Slice(i, 8);
            a += eight[0];
            b += eight[1];
            c += eight[2];
            d += eight[3];
            e += eight[4];
            f += eight[5];
            g += eight[6];
            h += eight[7];
        }
        Span<double> chains = [a, b, c, d, e, f, g, h];
        for (; i < values.Length; i++)
            chains[i & 7] += values[i];
        return chains[0] + chains[4] + (chains[2] + chains[6]) + (chains[1] + chains[5] + (chains[3] + chains[7]));
    }

    private static Vector<float> Exp(Vector<float> x)
    {
        x = Vector.Max(new Vector<float>(-104f), Vector.Min(new Vector<float>(89f), x));
        var shifted = Vector.FusedMultiplyAdd(x, new Vector<float>(1.44269504f), new Vector<float>(12582912f));
        var n = shifted - new Vector<float>(12582912f);
        var r = Vector.FusedMultiplyAdd(-n, new Vector<float>(0.693145752f), x);
        r = Vector.FusedMultiplyAdd(-n, new Vector<float>(1.42860677e-6f), r);
        var p = new Vector<float>(0.00138144905f);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.0083687501f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.0416683927f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.166665196f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(0.49999994f));
        p = Vector.FusedMultiplyAdd(p, r * r, r) + Vector<float>.One;
        var exponent = Vector.ConvertToInt32(n);
        var half = exponent >> 1;
        return p * PowersOfTwo(half) * PowersOfTwo(exponent - half);
    }

    private static Vector<float> PowersOfTwo(Vector<int> n) => Vector.AsVectorSingle((n + new Vector<int>(127)) << 23);

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
