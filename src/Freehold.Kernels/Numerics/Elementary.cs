using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>
/// Elementary functions of this project's own: the same bits on every machine, unlike the C library's, and bit-equal to the
/// vector forms that the kernels use. Float functions are polynomials in fused multiply-adds; double ones feed the RoPE tables.
/// </summary>
public static class Elementary
{
    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.69314718036912382;
    private const double Ln2Low = 1.9082149292705877e-10;

    // pi/2 as the sum of three doubles.
    private const double HalfPi1 = 1.5707963267948966;
    private const double HalfPi2 = 6.123233995736766e-17;
    private const double HalfPi3 = -1.4973849048591833e-33;

    /// <summary>e to the <paramref name="x"/>, within 1 ulp; 0 below -104, infinity above 88.73.</summary>
    public static float Exp(float x) => LaneFunctions.Exp(new OneLane(x)).Value;

    /// <summary>Natural logarithm, within 1 ulp; -infinity for 0, NaN below 0.</summary>
    public static float Log(float x) => LaneFunctions.Log(new OneLane(x)).Value;

    /// <summary>Hyperbolic tangent, within 2 ulp.</summary>
    public static float Tanh(float x) => LaneFunctions.Tanh(new OneLane(x)).Value;

    /// <summary>The error function, within 2 ulp.</summary>
    public static float Erf(float x) => LaneFunctions.Erf(new OneLane(x)).Value;

    /// <summary>e to the <paramref name="x"/> in double, to about 2e-16; 0 below -745, infinity above 709.79.</summary>
    public static double Exp(double x)
    {
        if (!(x < 709.79))
            return x > 0 ? double.PositiveInfinity : x;
        if (x < -745.2)
            return 0;
        var n = Math.Round(x * Log2E, MidpointRounding.ToEven);
        var r = Math.FusedMultiplyAdd(-n, Ln2High, x);
        r = Math.FusedMultiplyAdd(-n, Ln2Low, r);

        // Taylor's series; |r| is at most 0.3466, so the 14th term is below 5e-18.
        var p = 1.0;
        for (var k = 13; k >= 1; k--)
            p = Math.FusedMultiplyAdd(p, r / k, 1.0);

        var half = (int)n / 2;
        var rest = (int)n - half;
        return p * PowerOfTwo(half) * PowerOfTwo(rest);
    }

    /// <summary>Natural logarithm in double, to about 3e-16; -infinity for 0, NaN below 0.</summary>
    public static double Log(double x)
    {
        if (!(x > 0))
            return x == 0 ? double.NegativeInfinity : double.NaN;
        if (double.IsPositiveInfinity(x))
            return x;
        var e = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0;
            e = -54;
        }
        var bits = BitConverter.DoubleToInt64Bits(x);
        var offset = bits - 0x3FE6A09E667F3BCD;
        var exponent = (int)(offset >> 52);
        var m = BitConverter.Int64BitsToDouble(bits - ((long)exponent << 52));
        e += exponent;

        // log m = 2 atanh(f / (2 + f)) with f = m - 1; |s| is at most 0.1716.
        var f = m - 1.0;
        var s = f / (2.0 + f);
        var square = s * s;
        var p = 0.0;
        for (var k = 23; k >= 3; k -= 2)
            p = Math.FusedMultiplyAdd(p, square, 2.0 / k);
        // 2s = f - s f keeps the exact f as the leading term.
        var small = Math.FusedMultiplyAdd(s, p * square - f, e * Ln2Low);
        return Math.FusedMultiplyAdd(e, Ln2High, f + small);
    }

    /// <summary><paramref name="x"/> to the <paramref name="y"/> for x above 0, as exp(y log x): to about |y log x| * 2e-16.</summary>
    public static double Power(double x, double y) => Exp(y * Log(x));

    /// <summary>
    /// Sine and cosine in double, to about 1e-16 for angles up to a billion radians: pi/2 is taken off in three parts
    /// (Cody and Waite), then Taylor's series on at most pi/4.
    /// </summary>
    /// <returns>NaN for both where the angle is not finite or beyond a billion.</returns>
    public static (double Sin, double Cos) SinCos(double x)
    {
        if (!(Math.Abs(x) <= 1e9))
            return (double.NaN, double.NaN);
        var n = Math.Round(x * 0.63661977236758134, MidpointRounding.ToEven);
        var r = Math.FusedMultiplyAdd(-n, HalfPi1, x);
        r = Math.FusedMultiplyAdd(-n, HalfPi2, r);
        r = Math.FusedMultiplyAdd(-n, HalfPi3, r);
        var z = r * r;

        var s = 2.8114572543455206e-15;                               // 1/17!
        s = Math.FusedMultiplyAdd(s, z, -7.6471637318198164e-13);
        s = Math.FusedMultiplyAdd(s, z, 1.6059043836821613e-10);
        s = Math.FusedMultiplyAdd(s, z, -2.5052108385441720e-08);
        s = Math.FusedMultiplyAdd(s, z, 2.7557319223985893e-06);
        s = Math.FusedMultiplyAdd(s, z, -1.9841269841269841e-04);
        s = Math.FusedMultiplyAdd(s, z, 8.3333333333333332e-03);
        s = Math.FusedMultiplyAdd(s, z, -1.6666666666666666e-01);
        s = Math.FusedMultiplyAdd(s * z, r, r);

        var c = 4.7794773323873853e-14;                               // 1/16!
        c = Math.FusedMultiplyAdd(c, z, -1.1470745597729725e-11);
        c = Math.FusedMultiplyAdd(c, z, 2.0876756987868099e-09);
        c = Math.FusedMultiplyAdd(c, z, -2.7557319223985888e-07);
        c = Math.FusedMultiplyAdd(c, z, 2.4801587301587302e-05);
        c = Math.FusedMultiplyAdd(c, z, -1.3888888888888889e-03);
        c = Math.FusedMultiplyAdd(c, z, 4.1666666666666664e-02);
        c = Math.FusedMultiplyAdd(c * z, z, Math.FusedMultiplyAdd(z, -0.5, 1.0));

        return ((long)n & 3) switch
        {
            0 => (s, c),
            1 => (c, -s),
            2 => (-s, -c),
            _ => (-c, s),
        };
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
