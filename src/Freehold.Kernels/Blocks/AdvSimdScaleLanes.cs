using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Blocks;

/// <summary>The steps of <see cref="ScaleLanes"/> in 128-bit registers: eight lanes are two of four.</summary>
internal static unsafe class AdvSimdScaleLanes
{
    /// <summary>As <see cref="ScaleLanes.Widen"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Widen(Vector128<ushort> half) => Vector256.Create(
        Four(AdvSimd.SignExtendWideningLower(half.AsInt16().GetLower())), Four(AdvSimd.SignExtendWideningUpper(half.AsInt16())));

    // The same arithmetic as on x86, explained there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(Vector128<int> half)
    {
        var bits = half << 13;
        var exponent = bits & Vector128.Create(0x0F800000);
        var finite = (bits & Vector128.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector128.Create(5.192296858534828e33f);
        var special = Vector128.Equals(exponent, Vector128.Create(0x0F800000)) & Vector128.Create(0x7F800000);
        return (finite.AsInt32() | special).AsSingle();
    }

    /// <summary>As <see cref="ScaleLanes.Bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Bytes(ulong* bytes, Vector256<float> d, float* scale, int step, bool negate)
    {
        // 8 x 8 bytes transposed: by bytes, by words, by double words.
        var b01 = AdvSimd.Arm64.ZipLow(Row(bytes), Row(bytes + 1)).AsInt16();
        var b23 = AdvSimd.Arm64.ZipLow(Row(bytes + 2), Row(bytes + 3)).AsInt16();
        var b45 = AdvSimd.Arm64.ZipLow(Row(bytes + 4), Row(bytes + 5)).AsInt16();
        var b67 = AdvSimd.Arm64.ZipLow(Row(bytes + 6), Row(bytes + 7)).AsInt16();
        var w03 = AdvSimd.Arm64.ZipLow(b01, b23).AsInt32();
        var x03 = AdvSimd.Arm64.ZipHigh(b01, b23).AsInt32();
        var w47 = AdvSimd.Arm64.ZipLow(b45, b67).AsInt32();
        var x47 = AdvSimd.Arm64.ZipHigh(b45, b67).AsInt32();
        Two(AdvSimd.Arm64.ZipLow(w03, w47), d, scale, step, negate);
        Two(AdvSimd.Arm64.ZipHigh(w03, w47), d, scale + 2 * step, step, negate);
        Two(AdvSimd.Arm64.ZipLow(x03, x47), d, scale + 4 * step, step, negate);
        Two(AdvSimd.Arm64.ZipHigh(x03, x47), d, scale + 6 * step, step, negate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Row(ulong* bytes) => Vector128.CreateScalarUnsafe(*bytes).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(Vector128<int> bytes, Vector256<float> d, float* scale, int step, bool negate)
    {
        One(AdvSimd.SignExtendWideningLower(bytes.AsSByte().GetLower()), d, scale, negate);
        One(AdvSimd.SignExtendWideningUpper(bytes.AsSByte()), d, scale + step, negate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One(Vector128<short> bytes, Vector256<float> d, float* scale, bool negate)
    {
        var low = d.GetLower() * AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningLower(bytes.GetLower()));
        var high = d.GetUpper() * AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningUpper(bytes));
        (negate ? -low : low).Store(scale);
        (negate ? -high : high).Store(scale + 4);
    }
}
