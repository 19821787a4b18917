using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Lanes;

/// <summary>Sixteen floats in four 128-bit registers of Arm64.</summary>
internal readonly unsafe struct AdvSimdLanes(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes16<AdvSimdLanes>
{
    private readonly Vector128<float> _a = a, _b = b, _c = c, _d = d;

    public static bool HoldsSixteen => false;

    public static AdvSimdLanes Indices => new(
        Vector128.Create(0, 1, 2, 3).AsSingle(),
        Vector128.Create(4, 5, 6, 7).AsSingle(),
        Vector128.Create(8, 9, 10, 11).AsSingle(),
        Vector128.Create(12, 13, 14, 15).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Broadcast(float value)
    {
        var all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes BroadcastBits(int value)
    {
        var all = Vector128.Create(value).AsSingle();
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Load(float* source) =>
        new(
        Vector128.Load(source),
        Vector128.Load(source + 4),
        Vector128.Load(source + 8),
        Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(AdvSimdLanes value, float* target)
    {
        value._a.Store(target);
        value._b.Store(target + 4);
        value._c.Store(target + 8);
        value._d.Store(target + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadWidened(ushort* source)
    {
        var low = Vector128.Load(source);
        var high = Vector128.Load(source + 8);
        return new(
            Vector128.WidenLower(low).AsSingle(),
            Vector128.WidenUpper(low).AsSingle(),
            Vector128.WidenLower(high).AsSingle(),
            Vector128.WidenUpper(high).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadBytes(sbyte* source)
    {
        var (low, high) = Vector128.Widen(Vector128.Load(source));
        return new(
            Vector128.ConvertToSingle(Vector128.WidenLower(low)),
            Vector128.ConvertToSingle(Vector128.WidenUpper(low)),
            Vector128.ConvertToSingle(Vector128.WidenLower(high)),
            Vector128.ConvertToSingle(Vector128.WidenUpper(high)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadPaired(float* source)
    {
        var low = Vector128.Load(source);
        var high = Vector128.Load(source + 4);
        return new(
            AdvSimd.Arm64.ZipLow(low, low),
            AdvSimd.Arm64.ZipHigh(low, low),
            AdvSimd.Arm64.ZipLow(high, high),
            AdvSimd.Arm64.ZipHigh(high, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes SwapPairs(AdvSimdLanes value) => new(
        AdvSimd.ReverseElement32(value._a.AsInt64()).AsSingle(),
        AdvSimd.ReverseElement32(value._b.AsInt64()).AsSingle(),
        AdvSimd.ReverseElement32(value._c.AsInt64()).AsSingle(),
        AdvSimd.ReverseElement32(value._d.AsInt64()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldSum(AdvSimdLanes value)
    {
        var four = (value._a + value._c) + (value._b + value._d);
        var two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldMax(AdvSimdLanes value)
    {
        var four = Larger(Larger(value._a, value._c), Larger(value._b, value._d));
        float a = four.GetElement(0), b = four.GetElement(1), c = four.GetElement(2), d = four.GetElement(3);
        a = a > c ? a : c;
        b = b > d ? b : d;
        return a > b ? a : b;
    }

    // Arm's fmax answers NaN where x86's maxps answers its second operand; a comparison gives both the same.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Larger(Vector128<float> left, Vector128<float> right) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Smaller(Vector128<float> left, Vector128<float> right) =>
        Vector128.ConditionalSelect(Vector128.LessThan(left, right), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator +(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a + right._a,
        left._b + right._b,
        left._c + right._c,
        left._d + right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator -(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a - right._a,
        left._b - right._b,
        left._c - right._c,
        left._d - right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator *(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a * right._a,
        left._b * right._b,
        left._c * right._c,
        left._d * right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator /(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a / right._a,
        left._b / right._b,
        left._c / right._c,
        left._d / right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator &(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a & right._a,
        left._b & right._b,
        left._c & right._c,
        left._d & right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator |(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a | right._a,
        left._b | right._b,
        left._c | right._c,
        left._d | right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes operator ^(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        left._a ^ right._a,
        left._b ^ right._b,
        left._c ^ right._c,
        left._d ^ right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes MultiplyAdd(AdvSimdLanes left, AdvSimdLanes right, AdvSimdLanes addend) =>
        new(
        AdvSimd.FusedMultiplyAdd(addend._a, left._a, right._a),
        AdvSimd.FusedMultiplyAdd(addend._b, left._b, right._b),
        AdvSimd.FusedMultiplyAdd(addend._c, left._c, right._c),
        AdvSimd.FusedMultiplyAdd(addend._d, left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes NegatedMultiplyAdd(AdvSimdLanes left, AdvSimdLanes right, AdvSimdLanes addend) =>
        new(
        AdvSimd.FusedMultiplySubtract(addend._a, left._a, right._a),
        AdvSimd.FusedMultiplySubtract(addend._b, left._b, right._b),
        AdvSimd.FusedMultiplySubtract(addend._c, left._c, right._c),
        AdvSimd.FusedMultiplySubtract(addend._d, left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Max(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        Larger(left._a, right._a),
        Larger(left._b, right._b),
        Larger(left._c, right._c),
        Larger(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Min(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        Smaller(left._a, right._a),
        Smaller(left._b, right._b),
        Smaller(left._c, right._c),
        Smaller(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes GreaterThan(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        Vector128.GreaterThan(left._a, right._a),
        Vector128.GreaterThan(left._b, right._b),
        Vector128.GreaterThan(left._c, right._c),
        Vector128.GreaterThan(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes IntGreaterThan(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        Vector128.GreaterThan(left._a.AsInt32(), right._a.AsInt32()).AsSingle(),
        Vector128.GreaterThan(left._b.AsInt32(), right._b.AsInt32()).AsSingle(),
        Vector128.GreaterThan(left._c.AsInt32(), right._c.AsInt32()).AsSingle(),
        Vector128.GreaterThan(left._d.AsInt32(), right._d.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Select(AdvSimdLanes mask, AdvSimdLanes whenSet, AdvSimdLanes whenClear) =>
        new(
        Vector128.ConditionalSelect(mask._a, whenSet._a, whenClear._a),
        Vector128.ConditionalSelect(mask._b, whenSet._b, whenClear._b),
        Vector128.ConditionalSelect(mask._c, whenSet._c, whenClear._c),
        Vector128.ConditionalSelect(mask._d, whenSet._d, whenClear._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes IntAdd(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        (left._a.AsInt32() + right._a.AsInt32()).AsSingle(),
        (left._b.AsInt32() + right._b.AsInt32()).AsSingle(),
        (left._c.AsInt32() + right._c.AsInt32()).AsSingle(),
        (left._d.AsInt32() + right._d.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes IntSubtract(AdvSimdLanes left, AdvSimdLanes right) =>
        new(
        (left._a.AsInt32() - right._a.AsInt32()).AsSingle(),
        (left._b.AsInt32() - right._b.AsInt32()).AsSingle(),
        (left._c.AsInt32() - right._c.AsInt32()).AsSingle(),
        (left._d.AsInt32() - right._d.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ShiftLeft(AdvSimdLanes value, byte places) =>
        new(
        (value._a.AsInt32() << places).AsSingle(),
        (value._b.AsInt32() << places).AsSingle(),
        (value._c.AsInt32() << places).AsSingle(),
        (value._d.AsInt32() << places).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ShiftRight(AdvSimdLanes value, byte places) =>
        new(
        (value._a.AsInt32() >> places).AsSingle(),
        (value._b.AsInt32() >> places).AsSingle(),
        (value._c.AsInt32() >> places).AsSingle(),
        (value._d.AsInt32() >> places).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes IntToFloat(AdvSimdLanes value) =>
        new(
        Vector128.ConvertToSingle(value._a.AsInt32()),
        Vector128.ConvertToSingle(value._b.AsInt32()),
        Vector128.ConvertToSingle(value._c.AsInt32()),
        Vector128.ConvertToSingle(value._d.AsInt32()));
}
