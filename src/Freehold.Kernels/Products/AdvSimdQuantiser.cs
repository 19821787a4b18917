using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Products;

/// <summary>The vector steps of <see cref="Quantiser"/> on Arm64.</summary>
internal static unsafe class AdvSimdQuantiser
{
    /// <summary>One block of 32; what the oracle treats apart, it does.</summary>
    internal static void Block(float* x, float limit, short* q, float* d, int* sums)
    {
        var magnitude = Vector128.Create(0x7FFFFFFF);
        var largest = Vector128<int>.Zero;
        for (var i = 0; i < 32; i += 4)
            largest = AdvSimd.Max(largest, Vector128.Load(x + i).AsInt32() & magnitude);
        var amax = BitConverter.Int32BitsToSingle(AdvSimd.Arm64.MaxAcross(largest).ToScalar());
        var inverse = limit / amax;
        if (!float.IsFinite(amax) || !float.IsFinite(inverse))
        {
            Quantiser.Block(x, limit, q, d, sums);
            return;
        }
        *d = amax / limit;
        sums[0] = Sixteen(x, inverse, (int)limit, q);
        sums[1] = Sixteen(x + 16, inverse, (int)limit, q + 16);
    }

    /// <summary>A block's 15-bit values as two planes of bytes: q = 128 high + low, low from 0 to 127.</summary>
    internal static void Planes(short* q, sbyte* planes)
    {
        for (var i = 0; i < 32; i += 16)
        {
            Vector128<short> a = Vector128.Load(q + i), b = Vector128.Load(q + i + 8);
            Narrow(a >> 7, b >> 7).Store(planes + i);
            var low = Vector128.Create((short)127);
            Narrow(a & low, b & low).Store(planes + 32 + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sixteen(float* x, float by, int limit, short* q)
    {
        var i0 = Four(x, by, limit);
        var i1 = Four(x + 4, by, limit);
        var i2 = Four(x + 8, by, limit);
        var i3 = Four(x + 12, by, limit);
        AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(i0), i1).Store(q);
        AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(i2), i3).Store(q + 8);
        return AdvSimd.Arm64.AddAcross(i0 + i1 + (i2 + i3)).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Four(float* x, float by, int limit) => AdvSimd.Min(
        AdvSimd.Max(AdvSimd.ConvertToInt32RoundToEven(Vector128.Load(x) * Vector128.Create(by)), Vector128.Create(-limit)), Vector128.Create(limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Narrow(Vector128<short> low, Vector128<short> high) =>
        AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(low), high);
}
