using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>Some pieces of memory at equal distances, which are asked for while something else is computed.</summary>
internal readonly unsafe struct MemoryAhead(byte* first, long stride, int pieces, int bytes)
{
    /// <summary>What a panel kernel unpacks next: its outputs' next stretch, or the next outputs' first.</summary>
    /// <param name="weights">The matrix.</param>
    /// <param name="first">The outputs' first.</param>
    /// <param name="outputs">Outputs that are unpacked together.</param>
    /// <param name="end">Where the kernel's outputs end.</param>
    /// <param name="from">The group where the next stretch begins.</param>
    /// <param name="stretch">Groups of a stretch.</param>
    internal static MemoryAhead Weights<T, TPlanes>(WeightMatrix weights, int first, int outputs, int end, int from, int stretch)
        where T : struct, IBlockLayout
        where TPlanes : struct, ICodePlanes
    {
        var groups = weights.Columns / 32;
        if (from >= groups)
            (first, from) = (first + outputs, 0);
        var rows = Math.Min(outputs, end - first);
        if (rows <= 0)
            return default;
        stretch = Math.Min(stretch, groups - from);
        if (weights.Packed is not { } packed)
            return new MemoryAhead(
                weights.Row(first) + (long)(from / T.BlockRuns) * T.BlockBytes, weights.RowBytes, rows, stretch / T.BlockRuns * T.BlockBytes);
        var values = packed.Panel(first / PackedFormat.Outputs) + packed.ValuesAt + (long)from * TPlanes.Bits * 64;
        return new MemoryAhead(values, packed.PanelBytes, (rows + PackedFormat.Outputs - 1) / PackedFormat.Outputs, stretch * TPlanes.Bits * 64);
    }

    /// <summary>Asks for one of several parts, for the second-level cache.</summary>
    internal void Prefetch(int part, int parts)
    {
        var lines = (bytes + 63) / 64;
        int all = pieces * lines, at = all * part / parts, end = all * (part + 1) / parts;
        while (at < end)
        {
            var piece = at / lines;
            var from = first + piece * stride;
            var until = Math.Min(end, (piece + 1) * lines);
            for (var line = at - piece * lines; at < until; at++, line++)
                Sse.Prefetch1(from + line * 64);
        }
    }

    /// <summary>Asks for the lines that 32 finished chains of some rows go to, which are as cold as the weights are.</summary>
    internal static void PrefetchOutput(in Product product, int row, int rows, int first)
    {
        for (var r = row; r < row + rows; r++)
        {
            var to = product.Output + r * product.OutputStride + first;
            Sse.Prefetch1(to);
            Sse.Prefetch1(to + 16);
        }
    }
}
