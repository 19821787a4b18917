using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>Unpacks a stretch of eight packed outputs into a panel of quads or pairs, as <see cref="PanelPacker"/> does from stored rows.</summary>
internal static unsafe class PackedPanel<T, TPlanes, TScales>
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
{
    /// <summary>See <see cref="PanelPacker.Eight"/>; <paramref name="half"/> says which outputs of the packed panel.</summary>
    internal static void Eight(
        PackedMatrix packed, int packedPanel, int half, int from, int groups, bool quads, int* panel, float* scale, float* minimum, int outputs,
        bool signed = false)
    {
        var scales = packed.Panel(packedPanel);
        var run = scales + packed.ValuesAt + (long)from * TPlanes.Bits * 64 + 32 * half;
        scales += (long)(from / T.BlockRuns) * TScales.BlockBytes;
        Scales(scales, half, groups / T.BlockRuns, scale, minimum, outputs);
        if (signed)
            SignedQuads(run, groups, panel, outputs);
        else if (quads)
            Quads(run, groups, panel, outputs);
        else
            Pairs(run, groups, panel, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scales(byte* scales, int half, int blocks, float* scale, float* minimum, int outputs) =>
        TScales.Read(scales, half, blocks, scale, minimum, outputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quads(byte* run, int groups, int* panel, int outputs)
    {
        for (; groups > 0; groups--, run += TPlanes.Bits * 64, panel += 8 * outputs)
        {
            Quad(run, 0, panel, outputs);
            Quad(run, 1, panel, outputs);
            Quad(run, 2, panel, outputs);
            Quad(run, 3, panel, outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SignedQuads(byte* run, int groups, int* panel, int outputs)
    {
        for (; groups > 0; groups--, run += TPlanes.Bits * 64, panel += 8 * outputs)
        {
            SignedQuad(run, 0, panel, outputs);
            SignedQuad(run, 1, panel, outputs);
            SignedQuad(run, 2, panel, outputs);
            SignedQuad(run, 3, panel, outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs(byte* run, int groups, int* panel, int outputs)
    {
        for (; groups > 0; groups--, run += TPlanes.Bits * 64, panel += 16 * outputs)
        {
            Pair(run, 0, panel, outputs);
            Pair(run, 1, panel, outputs);
            Pair(run, 2, panel, outputs);
            Pair(run, 3, panel, outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad(byte* run, int j, int* panel, int outputs)
    {
        TPlanes.Steps(run, j, out var first, out var second);
        if (T.Signed)
        {
            first ^= Vector256.Create((byte)0x80);
            second ^= Vector256.Create((byte)0x80);
        }
        first.AsInt32().Store(panel + j * outputs);
        second.AsInt32().Store(panel + (j + 4) * outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SignedQuad(byte* run, int j, int* panel, int outputs)
    {
        TPlanes.Steps(run, j, out var first, out var second);
        if (!T.Signed && T.Offset != 0)
        {
            first -= Vector256.Create((byte)T.Offset);
            second -= Vector256.Create((byte)T.Offset);
        }
        first.AsInt32().Store(panel + j * outputs);
        second.AsInt32().Store(panel + (j + 4) * outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(byte* run, int j, int* panel, int outputs)
    {
        TPlanes.Steps(run, j, out var first, out var second);
        Widen(first, panel + 2 * j * outputs, outputs);
        Widen(second, panel + 2 * (j + 4) * outputs, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector256<byte> quads, int* to, int step)
    {
        var words = (T.Signed || T.Offset == 0 ? quads : quads - Vector256.Create((byte)T.Offset)).AsInt16();
        Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(words, 8), 8).AsInt32().Store(to);
        Avx2.ShiftRightArithmetic(words, 8).AsInt32().Store(to + step);
    }
}
