using System.Runtime.CompilerServices;
using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>
/// Transcendental functions as polynomials in fused multiply-adds: the same operations in the same order on every instruction set,
/// so the same bits. Coefficients are minimax fits made for this file (relative error, rounded to float); the error bounds stated
/// are over all floats of the range and are held by the tests.
/// </summary>
internal static class LaneFunctions
{
    /// <summary>e to the x: within 1 ulp, denormals included; 0 below -104, infinity above 88.73, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, ILane<T>
    {
        // Constant first: Min and Max answer their second operand where one is NaN.
        x = T.Min(T.Broadcast(89f), x);
        x = T.Max(T.Broadcast(-104f), x);

        // x = n ln 2 + r. Adding 1.5 * 2^23 rounds to the nearest integer, which then stands in the low bits.
        var shifted = T.MultiplyAdd(x, T.Broadcast(1.44269504f), T.Broadcast(12582912f));
        var n = shifted - T.Broadcast(12582912f);
        var r = T.NegatedMultiplyAdd(n, T.Broadcast(0.693145752f), x);
        r = T.NegatedMultiplyAdd(n, T.Broadcast(1.42860677e-6f), r);

        var p = T.Broadcast(0.00138144905f);
        p = T.MultiplyAdd(p, r, T.Broadcast(0.0083687501f));
        p = T.MultiplyAdd(p, r, T.Broadcast(0.0416683927f));
        p = T.MultiplyAdd(p, r, T.Broadcast(0.166665196f));
        p = T.MultiplyAdd(p, r, T.Broadcast(0.49999994f));
        p = T.MultiplyAdd(p, r * r, r) + T.Broadcast(1f);

        // 2^n in two factors, because 2^n alone leaves the range of normal floats at both ends.
        var exponent = T.IntSubtract(shifted, T.BroadcastBits(0x4B400000));
        var half = T.ShiftRight(exponent, 1);
        var rest = T.IntSubtract(exponent, half);
        var one = T.BroadcastBits(0x3F800000);
        p *= T.IntAdd(T.ShiftLeft(half, 23), one);
        return p * T.IntAdd(T.ShiftLeft(rest, 23), one);
    }

    /// <summary>Natural logarithm: within 1 ulp, denormals included; -infinity for 0, NaN below 0, infinity for infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : struct, ILane<T>
    {
        // Denormals are brought into the normal range first.
        var small = T.GreaterThan(T.Broadcast(1.17549435e-38f), x);
        var scaled = T.Select(small, x * T.Broadcast(33554432f), x);

        // scaled = m * 2^e with m from sqrt(1/2) to sqrt(2).
        var offset = T.IntSubtract(scaled, T.BroadcastBits(0x3F3504F3));
        var exponent = T.ShiftRight(offset, 23);
        var m = T.IntSubtract(scaled, T.ShiftLeft(exponent, 23));
        var e = T.IntToFloat(exponent) - (small & T.Broadcast(25f));
        var f = m - T.Broadcast(1f);

        var p = T.Broadcast(0.0674972683f);
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.116786011f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.118883163f));
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.124050409f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.14219448f));
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.166680291f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.200021267f));
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.250000089f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.333333135f));
        var square = f * f;
        p = T.MultiplyAdd(e, T.Broadcast(1.42860677e-6f), p * f * square);
        p = T.MultiplyAdd(square, T.Broadcast(-0.5f), p) + f;
        var result = T.MultiplyAdd(e, T.Broadcast(0.693145752f), p);

        // Positive finite numbers keep the result; 0, negatives, infinity and NaN are put right.
        var zero = T.Broadcast(0f);
        var infinity = T.Broadcast(float.PositiveInfinity);
        var finite = T.GreaterThan(infinity, x) & T.GreaterThan(x, zero);
        var isInfinite = T.GreaterThan(x, T.Broadcast(float.MaxValue));
        var belowZero = T.GreaterThan(zero, x);
        var other = T.Select(isInfinite, infinity, T.Select(belowZero, T.Broadcast(float.NaN), x));
        var isZero = T.GreaterThan(T.BroadcastBits(1), x & T.BroadcastBits(0x7FFFFFFF));
        other = T.Select(isZero, T.Broadcast(float.NegativeInfinity), other);
        return T.Select(finite, result, other);
    }

    /// <summary>Hyperbolic tangent: within 2 ulp; odd, 1 from 9.02, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, ILane<T>
    {
        var sign = x & T.BroadcastBits(unchecked((int)0x80000000));
        var t = x ^ sign;
        var one = T.Broadcast(1f);
        var large = one - T.Broadcast(2f) / (Exp(t + t) + one);

        var s = t * t;
        var p = T.Broadcast(-0.00559079833f);
        p = T.MultiplyAdd(p, s, T.Broadcast(0.0205385964f));
        p = T.MultiplyAdd(p, s, T.Broadcast(-0.0537095778f));
        p = T.MultiplyAdd(p, s, T.Broadcast(0.133310914f));
        p = T.MultiplyAdd(p, s, T.Broadcast(-0.333332688f));
        var small = T.MultiplyAdd(p * s, t, t);

        return T.Select(T.GreaterThan(T.Broadcast(0.625f), t), small, large) | sign;
    }

    /// <summary>The error function: within 2 ulp; odd, 1 from 3.92, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : struct, ILane<T>
    {
        var sign = x & T.BroadcastBits(unchecked((int)0x80000000));
        var t = x ^ sign;
        var large = T.Broadcast(1f) - ErfcOfLarge(t);
        return T.Select(T.GreaterThan(T.Broadcast(ErfBorder), t), ErfOfSmall(t), large) | sign;
    }

    /// <summary>
    /// 1 + erf(x), small numbers included: 1 + erf would lose every digit of them below -4, where GELU still needs some.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T OnePlusErf<T>(T x)
        where T : struct, ILane<T>
    {
        var sign = x & T.BroadcastBits(unchecked((int)0x80000000));
        var t = x ^ sign;
        var rest = ErfcOfLarge(t);
        var large = T.Select(T.GreaterThan(T.Broadcast(0f), x), rest, T.Broadcast(2f) - rest);
        var small = T.Broadcast(1f) + (ErfOfSmall(t) | sign);
        return T.Select(T.GreaterThan(T.Broadcast(ErfBorder), t), small, large);
    }

    private const float ErfBorder = 0.93f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ErfOfSmall<T>(T t)
        where T : struct, ILane<T>
    {
        var s = t * t;
        var p = T.Broadcast(8.25093375e-05f);
        p = T.MultiplyAdd(p, s, T.Broadcast(-0.000811402977f));
        p = T.MultiplyAdd(p, s, T.Broadcast(0.00519846054f));
        p = T.MultiplyAdd(p, s, T.Broadcast(-0.0268583428f));
        p = T.MultiplyAdd(p, s, T.Broadcast(0.112836763f));
        p = T.MultiplyAdd(p, s, T.Broadcast(-0.376126319f));
        p = T.MultiplyAdd(p, s, T.Broadcast(0.128379166f));
        return T.MultiplyAdd(p, t, t);
    }

    /// <summary>1 - erf(t) as exp(t Q(t)); beyond 4, where erf is 1, Q only has to go on falling.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ErfcOfLarge<T>(T t)
        where T : struct, ILane<T>
    {
        var q = T.Broadcast(-1.46638895e-05f);
        q = T.MultiplyAdd(q, t, T.Broadcast(0.000354407181f));
        q = T.MultiplyAdd(q, t, T.Broadcast(-0.00376071571f));
        q = T.MultiplyAdd(q, t, T.Broadcast(0.023992436f));
        q = T.MultiplyAdd(q, t, T.Broadcast(-0.106483519f));
        q = T.MultiplyAdd(q, t, T.Broadcast(-0.63501358f));
        // The leading -1.12867987 is split so that its larger part is added exactly.
        q = T.MultiplyAdd(q, t, T.Broadcast(-0.12867987f));
        return Exp(T.MultiplyAdd(q, t, T.Broadcast(0f) - t));
    }
}
