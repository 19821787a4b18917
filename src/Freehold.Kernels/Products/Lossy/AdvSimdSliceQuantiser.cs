using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>The vector steps of <see cref="SliceQuantiser"/> on Arm64.</summary>
internal static unsafe class AdvSimdSliceQuantiser
{
    /// <summary>The largest absolute value's bits; the length is a multiple of 16.</summary>
    internal static uint Largest(float* x, int length)
    {
        var magnitude = Vector128.Create(0x7FFFFFFF);
        Vector128<int> a = default, b = default, c = default, d = default;
        for (var i = 0; i < length; i += 16)
        {
            a = AdvSimd.Max(a, Vector128.Load((int*)x + i) & magnitude);
            b = AdvSimd.Max(b, Vector128.Load((int*)x + i + 4) & magnitude);
            c = AdvSimd.Max(c, Vector128.Load((int*)x + i + 8) & magnitude);
            d = AdvSimd.Max(d, Vector128.Load((int*)x + i + 12) & magnitude);
        }
        return (uint)AdvSimd.Arm64.MaxAcross(AdvSimd.Max(AdvSimd.Max(a, b), AdvSimd.Max(c, d))).ToScalar();
    }

    /// <summary>32 values that can be multiplied by <paramref name="inverse"/>; gives their sum.</summary>
    internal static int Group(float* x, float inverse, sbyte* q)
    {
        var by = Vector128.Create(inverse);
        return Sixteen(x, by, q) + Sixteen(x + 16, by, q + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sixteen(float* x, Vector128<float> by, sbyte* q)
    {
        Vector128<int> i0 = Four(x, by), i1 = Four(x + 4, by), i2 = Four(x + 8, by), i3 = Four(x + 12, by);
        var low = AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(i0), i1);
        var high = AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(i2), i3);
        AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(low), high).Store(q);
        return AdvSimd.Arm64.AddAcross(i0 + i1 + (i2 + i3)).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Four(float* x, Vector128<float> by) =>
        AdvSimd.Min(AdvSimd.Max(AdvSimd.ConvertToInt32RoundToEven(Vector128.Load(x) * by), Vector128.Create(-127)), Vector128.Create(127));
}
