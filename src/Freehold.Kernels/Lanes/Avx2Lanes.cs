using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Lanes;

/// <summary>Sixteen floats in two 256-bit registers.</summary>
internal readonly unsafe struct Avx2Lanes(Vector256<float> a, Vector256<float> b) : ILanes16<Avx2Lanes>
{
    private readonly Vector256<float> _a = a, _b = b;

    public static bool HoldsSixteen => false;

    public static Avx2Lanes Indices => new(Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7).AsSingle(), Vector256.Create(8, 9, 10, 11, 12, 13, 14, 15).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Broadcast(float value)
    {
        var all = Vector256.Create(value);
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes BroadcastBits(int value)
    {
        var all = Vector256.Create(value).AsSingle();
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Avx2Lanes value, float* target)
    {
        value._a.Store(target);
        value._b.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes LoadWidened(ushort* source) =>
        new(Avx2.ConvertToVector256Int32(source).AsSingle(), Avx2.ConvertToVector256Int32(source + 8).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes LoadBytes(sbyte* source) =>
        new(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source)), Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes LoadPaired(float* source)
    {
        var eight = Vector256.Load(source);
        return new(
            Avx2.PermuteVar8x32(eight, Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3)),
            Avx2.PermuteVar8x32(eight, Vector256.Create(4, 4, 5, 5, 6, 6, 7, 7)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes SwapPairs(Avx2Lanes value) =>
        new(Avx.Permute(value._a, 0b10_11_00_01), Avx.Permute(value._b, 0b10_11_00_01));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldSum(Avx2Lanes value) => FoldSum8(value._a + value._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldMax(Avx2Lanes value) => FoldMax8(Avx.Max(value._a, value._b));

    /// <summary>The last three folds of a sum: 4, 2, 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float FoldSum8(Vector256<float> eight)
    {
        var four = eight.GetLower() + eight.GetUpper();
        var two = four + Sse.MoveHighToLow(four, four);
        return Sse.AddScalar(two, Sse.Shuffle(two, two, 0b01)).ToScalar();
    }

    /// <summary>The last three folds of a maximum: 4, 2, 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float FoldMax8(Vector256<float> eight)
    {
        var four = Sse.Max(eight.GetLower(), eight.GetUpper());
        var two = Sse.Max(four, Sse.MoveHighToLow(four, four));
        return Sse.MaxScalar(two, Sse.Shuffle(two, two, 0b01)).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator +(Avx2Lanes left, Avx2Lanes right) => new(left._a + right._a, left._b + right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator -(Avx2Lanes left, Avx2Lanes right) => new(left._a - right._a, left._b - right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator *(Avx2Lanes left, Avx2Lanes right) => new(left._a * right._a, left._b * right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator /(Avx2Lanes left, Avx2Lanes right) => new(left._a / right._a, left._b / right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator &(Avx2Lanes left, Avx2Lanes right) => new(left._a & right._a, left._b & right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator |(Avx2Lanes left, Avx2Lanes right) => new(left._a | right._a, left._b | right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes operator ^(Avx2Lanes left, Avx2Lanes right) => new(left._a ^ right._a, left._b ^ right._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes MultiplyAdd(Avx2Lanes left, Avx2Lanes right, Avx2Lanes addend) =>
        new(Fma.MultiplyAdd(left._a, right._a, addend._a), Fma.MultiplyAdd(left._b, right._b, addend._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes NegatedMultiplyAdd(Avx2Lanes left, Avx2Lanes right, Avx2Lanes addend) =>
        new(Fma.MultiplyAddNegated(left._a, right._a, addend._a), Fma.MultiplyAddNegated(left._b, right._b, addend._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Max(Avx2Lanes left, Avx2Lanes right) => new(Avx.Max(left._a, right._a), Avx.Max(left._b, right._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Min(Avx2Lanes left, Avx2Lanes right) => new(Avx.Min(left._a, right._a), Avx.Min(left._b, right._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes GreaterThan(Avx2Lanes left, Avx2Lanes right) =>
        new(Vector256.GreaterThan(left._a, right._a), Vector256.GreaterThan(left._b, right._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes IntGreaterThan(Avx2Lanes left, Avx2Lanes right) =>
        new(Vector256.GreaterThan(left._a.AsInt32(), right._a.AsInt32()).AsSingle(), Vector256.GreaterThan(left._b.AsInt32(), right._b.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Select(Avx2Lanes mask, Avx2Lanes whenSet, Avx2Lanes whenClear) =>
        new(Vector256.ConditionalSelect(mask._a, whenSet._a, whenClear._a), Vector256.ConditionalSelect(mask._b, whenSet._b, whenClear._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes IntAdd(Avx2Lanes left, Avx2Lanes right) =>
        new((left._a.AsInt32() + right._a.AsInt32()).AsSingle(), (left._b.AsInt32() + right._b.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes IntSubtract(Avx2Lanes left, Avx2Lanes right) =>
        new((left._a.AsInt32() - right._a.AsInt32()).AsSingle(), (left._b.AsInt32() - right._b.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes ShiftLeft(Avx2Lanes value, byte places) =>
        new((value._a.AsInt32() << places).AsSingle(), (value._b.AsInt32() << places).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes ShiftRight(Avx2Lanes value, byte places) =>
        new((value._a.AsInt32() >> places).AsSingle(), (value._b.AsInt32() >> places).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes IntToFloat(Avx2Lanes value) =>
        new(Vector256.ConvertToSingle(value._a.AsInt32()), Vector256.ConvertToSingle(value._b.AsInt32()));
}
