using System.Runtime.CompilerServices;
using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Rope;

/// <summary>Rotates one head.</summary>
internal abstract unsafe class RopeKernel
{
    public static RopeKernel For(InstructionSet isa) => isa switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx512Vnni or InstructionSet.Amx => new LaneRopeKernel<Avx512Lanes>(),
        InstructionSet.Avx2 or InstructionSet.AvxVnni => new LaneRopeKernel<Avx2Lanes>(),
        InstructionSet.AdvSimd => new LaneRopeKernel<AdvSimdLanes>(),
        _ => new LaneRopeKernel<ScalarLanes>(),
    };

    /// <summary>Pairs (2i, 2i + 1).</summary>
    public abstract void Adjacent(float* x, int pairs, float* cos, float* sin);

    /// <summary>Pairs (i, i + pairs).</summary>
    public abstract void Halves(float* x, int pairs, float* cos, float* sin);
}

/// <summary>
/// (a, b) becomes (fma(a, cos, -(b sin)), fma(a, sin, b cos)): per element, so lanes make no difference. A negated product is exact,
/// which lets one fused form serve both of a pair.
/// </summary>
internal sealed unsafe class LaneRopeKernel<T> : RopeKernel
    where T : struct, ILanes16<T>
{
    public override void Adjacent(float* x, int pairs, float* cos, float* sin)
    {
        // Even lanes: a cos - (b sin). Odd lanes: (b cos) + a sin, where the product that is rounded first is the other one.
        var odd = T.IntGreaterThan(T.BroadcastBits(0), T.ShiftLeft(T.Indices, 31));
        var signOfEven = T.BroadcastBits(unchecked((int)0x80000000)) ^ (odd & T.BroadcastBits(unchecked((int)0x80000000)));
        var i = 0;
        for (; i <= pairs - 8; i += 8)
        {
            T v = T.Load(x + 2 * i), c = T.LoadPaired(cos + i), s = T.LoadPaired(sin + i);
            var swapped = T.SwapPairs(v);
            // a and what it is multiplied by; b and what it is multiplied by.
            var a = T.Select(odd, swapped, v);
            var b = T.Select(odd, v, swapped);
            var rounded = (b * T.Select(odd, c, s)) ^ signOfEven;
            T.Store(T.MultiplyAdd(a, T.Select(odd, s, c), rounded), x + 2 * i);
        }
        for (; i < pairs; i++)
            Pair(ref x[2 * i], ref x[2 * i + 1], cos[i], sin[i]);
    }

    public override void Halves(float* x, int pairs, float* cos, float* sin)
    {
        var i = 0;
        for (; i <= pairs - 16; i += 16)
        {
            T a = T.Load(x + i), b = T.Load(x + pairs + i), c = T.Load(cos + i), s = T.Load(sin + i);
            T.Store(T.MultiplyAdd(a, c, (b * s) ^ T.BroadcastBits(unchecked((int)0x80000000))), x + i);
            T.Store(T.MultiplyAdd(a, s, b * c), x + pairs + i);
        }
        for (; i < pairs; i++)
            Pair(ref x[i], ref x[pairs + i], cos[i], sin[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(ref float x, ref float y, float cos, float sin)
    {
        var (a, b) = (x, y);
        x = MathF.FusedMultiplyAdd(a, cos, -(b * sin));
        y = MathF.FusedMultiplyAdd(a, sin, b * cos);
    }
}
