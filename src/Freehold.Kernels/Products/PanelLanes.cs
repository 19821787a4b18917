using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products;

/// <summary>Eight outputs a register.</summary>
internal readonly unsafe struct Avx2PanelLanes : IPanelLanes<Vector256<int>>
{
    public static int Count => 8;

    public static bool HasDot => false;

    public static bool HasSigns => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(void* p) => Vector256.Load((int*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddPairs(Vector256<int> sum, Vector256<int> weights, Vector256<int> activations) =>
        sum + Avx2.MultiplyAddAdjacent(weights.AsInt16(), activations.AsInt16());

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<int> weights, Vector256<int> activations) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Shorts(Vector256<int> weights, Vector256<int> activations) =>
        Avx2.MultiplyAddAdjacent(weights.AsByte(), activations.AsSByte()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Magnitude(Vector256<int> bytes) => Avx2.Abs(bytes.AsSByte()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Signed(Vector256<int> bytes, Vector256<int> signs) => Avx2.Sign(bytes.AsSByte(), signs.AsSByte()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddShorts(Vector256<int> left, Vector256<int> right) => (left.AsInt16() + right.AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> FoldShorts(Vector256<int> shorts) => Avx2.MultiplyAddAdjacent(shorts.AsInt16(), Vector256.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> left, Vector256<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Link(Vector256<int> sum, float* scale, float d, float* y) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(sum), Vector256.Load(scale) * Vector256.Create(d), Vector256.Load(y)).Store(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkSlice(Vector256<int> sum, float d, float* y) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(sum), Vector256.Create(d), Vector256.Load(y)).Store(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkMinimum(float* minimum, float dsum, float* y) =>
        Fma.MultiplyAdd(Vector256.Load(minimum), Vector256.Create(dsum), Vector256.Load(y)).Store(y);
}

/// <summary>Eight outputs a register, four byte products a lane in one instruction.</summary>
internal readonly unsafe struct AvxVnniPanelLanes : IPanelLanes<Vector256<int>>
{
    public static int Count => 8;

    public static bool HasDot => true;

    public static bool HasSigns => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(void* p) => Vector256.Load((int*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddPairs(Vector256<int> sum, Vector256<int> weights, Vector256<int> activations) =>
        AvxVnni.MultiplyWideningAndAdd(sum, weights.AsInt16(), activations.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot(Vector256<int> sum, Vector256<int> weights, Vector256<int> activations) =>
        AvxVnni.MultiplyWideningAndAdd(sum, weights.AsByte(), activations.AsSByte());

    public static Vector256<int> Shorts(Vector256<int> weights, Vector256<int> activations) => throw new NotSupportedException();

    public static Vector256<int> Magnitude(Vector256<int> bytes) => throw new NotSupportedException();

    public static Vector256<int> Signed(Vector256<int> bytes, Vector256<int> signs) => throw new NotSupportedException();

    public static Vector256<int> AddShorts(Vector256<int> left, Vector256<int> right) => throw new NotSupportedException();

    public static Vector256<int> FoldShorts(Vector256<int> shorts) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> left, Vector256<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Link(Vector256<int> sum, float* scale, float d, float* y) => Avx2PanelLanes.Link(sum, scale, d, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkSlice(Vector256<int> sum, float d, float* y) =>
        Avx2PanelLanes.LinkSlice(sum, d, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkMinimum(float* minimum, float dsum, float* y) => Avx2PanelLanes.LinkMinimum(minimum, dsum, y);
}

/// <summary>Sixteen outputs a register.</summary>
internal readonly unsafe struct Avx512PanelLanes : IPanelLanes<Vector512<int>>
{
    public static int Count => 16;

    public static bool HasDot => false;

    public static bool HasSigns => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(void* p) => Vector512.Load((int*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(int value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddPairs(Vector512<int> sum, Vector512<int> weights, Vector512<int> activations) =>
        sum + Avx512BW.MultiplyAddAdjacent(weights.AsInt16(), activations.AsInt16());

    public static Vector512<int> Dot(Vector512<int> sum, Vector512<int> weights, Vector512<int> activations) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Shorts(Vector512<int> weights, Vector512<int> activations) =>
        Avx512BW.MultiplyAddAdjacent(weights.AsByte(), activations.AsSByte()).AsInt32();

    public static Vector512<int> Magnitude(Vector512<int> bytes) => throw new NotSupportedException();

    public static Vector512<int> Signed(Vector512<int> bytes, Vector512<int> signs) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddShorts(Vector512<int> left, Vector512<int> right) => (left.AsInt16() + right.AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> FoldShorts(Vector512<int> shorts) => Avx512BW.MultiplyAddAdjacent(shorts.AsInt16(), Vector512.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> left, Vector512<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Link(Vector512<int> sum, float* scale, float d, float* y) =>
        Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(sum), Vector512.Load(scale) * Vector512.Create(d), Vector512.Load(y)).Store(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkSlice(Vector512<int> sum, float d, float* y) =>
        Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(sum), Vector512.Create(d), Vector512.Load(y)).Store(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkMinimum(float* minimum, float dsum, float* y) =>
        Avx512F.FusedMultiplyAdd(Vector512.Load(minimum), Vector512.Create(dsum), Vector512.Load(y)).Store(y);
}
