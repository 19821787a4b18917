namespace Freehold.Kernels.Numerics;

/// <summary>
/// Functions in double for tables made at load and for rotary angles: basic operations and fused multiply-adds only, so the same bits everywhere.
/// Errors stay below 4 ulp of a double, far below the float they are rounded to.
/// </summary>
internal static class DoubleFunctions
{
    // Parts of pi/2 with 33 leading bits each (fdlibm, e_rem_pio2.c): n * part is exact for n below 2^20.
    private const double HalfPi1 = 1.57079632673412561417e+00;
    private const double HalfPi2 = 6.07710050630396597660e-11;
    private const double HalfPi3 = 2.02226624879595063154e-21;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>Sine and cosine for |x| up to 1.6 million.</summary>
    public static (double Sin, double Cos) SinCos(double x)
    {
        var n = Math.Round(x * 0.63661977236758134308);
        var r = Math.FusedMultiplyAdd(-n, HalfPi1, x);
        r = Math.FusedMultiplyAdd(-n, HalfPi2, r);
        r = Math.FusedMultiplyAdd(-n, HalfPi3, r);
        var z = r * r;
        // Taylor coefficients: for |r| up to pi/4 the next term is below 2^-56.
        var s = Math.FusedMultiplyAdd(z, -7.6471637318198164759e-13, 1.6059043836821614599e-10);
        s = Math.FusedMultiplyAdd(z, s, -2.5052108385441718775e-08);
        s = Math.FusedMultiplyAdd(z, s, 2.7557319223985890653e-06);
        s = Math.FusedMultiplyAdd(z, s, -1.9841269841269841270e-04);
        s = Math.FusedMultiplyAdd(z, s, 8.3333333333333333333e-03);
        s = Math.FusedMultiplyAdd(z, s, -1.6666666666666666667e-01);
        var sin = Math.FusedMultiplyAdd(z * s, r, r);
        var c = Math.FusedMultiplyAdd(z, 4.7794773323873852974e-14, -1.1470745597729724714e-11);
        c = Math.FusedMultiplyAdd(z, c, 2.0876756987868098979e-09);
        c = Math.FusedMultiplyAdd(z, c, -2.7557319223985890653e-07);
        c = Math.FusedMultiplyAdd(z, c, 2.4801587301587301587e-05);
        c = Math.FusedMultiplyAdd(z, c, -1.3888888888888888889e-03);
        c = Math.FusedMultiplyAdd(z, c, 4.1666666666666666667e-02);
        c = Math.FusedMultiplyAdd(z, c, -0.5);
        var cos = Math.FusedMultiplyAdd(z, c, 1);
        return ((long)n & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <summary>Natural logarithm of a positive, normal number.</summary>
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        // log m = 2 atanh(t), t up to 0.172: terms to t^23.
        var t = (m - 1) / (m + 1);
        var z = t * t;
        var p = 1.0 / 23;
        for (var k = 21; k >= 3; k -= 2)
            p = Math.FusedMultiplyAdd(p, z, 1.0 / k);
        var log = Math.FusedMultiplyAdd(2 * t * z, p, 2 * t);
        return Math.FusedMultiplyAdd(exponent, Ln2High, Math.FusedMultiplyAdd(exponent, Ln2Low, log));
    }

    /// <summary>e to the x for |x| up to 700.</summary>
    public static double Exp(double x)
    {
        var n = Math.Round(x * 1.4426950408889634074);
        var r = Math.FusedMultiplyAdd(-n, Ln2High, x);
        r = Math.FusedMultiplyAdd(-n, Ln2Low, r);
        // Taylor to r^14 for |r| up to 0.347, from the last term inwards: 1 + r (1 + r/2 (1 + r/3 (...))).
        var p = 1.0;
        for (var k = 14; k >= 1; k--)
            p = Math.FusedMultiplyAdd(p * r, 1.0 / k, 1);
        return p * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }

    /// <summary>A positive base to a power.</summary>
    public static double Pow(double x, double power) => Exp(power * Log(x));
}
