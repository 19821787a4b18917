using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>Lays a stored matrix out as panels (<see cref="PackedFormat"/>). Plain loops over dwords: it runs once a model and reads memory in order.</summary>
internal static unsafe class PanelPacking
{
    private const int Outputs = PackedFormat.Outputs;

    /// <summary>Writes one panel.</summary>
    /// <param name="source">The matrix as the file stores it.</param>
    /// <param name="format">Its packed format.</param>
    /// <param name="panel">Which sixteen outputs.</param>
    /// <param name="to">Takes <see cref="PackedFormat.PanelBytes"/> bytes, 64-byte aligned.</param>
    internal static void Panel(WeightMatrix source, PackedFormat format, int panel, byte* to)
    {
        NativeMemory.Clear(to, (nuint)format.PanelBytes(source.Columns));
        var blocks = source.Columns / format.Block.BlockLength;
        var values = to + format.ValuesAt(source.Columns);
        var outputs = Math.Min(Outputs, source.Rows - panel * Outputs);
        var codes = stackalloc uint[8];
        // Blocks outside, outputs inside: what is written stays in the first-level cache.
        for (var b = 0; b < blocks; b++)
            for (var o = 0; o < outputs; o++)
            {
                var block = source.Row(panel * Outputs + o) + (long)b * format.Block.BlockBytes;
                Scales(format, block, o, to + (long)b * format.ScaleBytes);
                for (var run = 0; run < format.BlockRuns; run++)
                {
                    BlockCodes.Run(source.Type, block, run, codes);
                    Values(format.Bits, codes, (uint*)(values + ((long)b * format.BlockRuns + run) * format.RunBytes) + o);
                }
            }
    }

    private static void Scales(PackedFormat format, byte* block, int output, byte* to)
    {
        var scales = stackalloc sbyte[16];
        var minimums = stackalloc byte[16];
        BlockCodes.Scales(format.Block.Type, block, out var d, out var m, scales, minimums);
        if (format.Block.Type == TensorType.MXFP4)
        {
            to[output] = (byte)d;
            return;
        }
        ((ushort*)to)[output] = d;
        to += 2 * Outputs;
        if (format.Block.HasMinimum)
        {
            ((ushort*)to)[output] = m;
            to += 2 * Outputs;
        }
        if (format.BlockRuns == 1)
            return;
        for (var g = 0; g < format.Groups; g++)
        {
            to[g * Outputs + output] = (byte)scales[g];
            if (format.Block.HasMinimum)
                to[(format.Groups + g) * Outputs + output] = minimums[g];
        }
    }

    private static void Values(int bits, uint* codes, uint* to)
    {
        if (bits == 8)
        {
            for (var s = 0; s < 8; s++)
                to[s * Outputs] = codes[s];
            return;
        }
        if (bits >= 4)
        {
            for (var j = 0; j < 4; j++)
                to[j * Outputs] = codes[j] & 0x0F0F0F0F | (codes[j + 4] & 0x0F0F0F0F) << 4;
            to += 4 * Outputs;
        }
        if (bits is 2 or 3 or 6)
        {
            var shift = bits == 6 ? 4 : 0;
            for (var i = 0; i < 2; i++, to += Outputs)
                for (var f = 0; f < 4; f++)
                    *to |= (codes[i + 2 * f] >> shift & 0x03030303) << 2 * f;
        }
        if (bits is 3 or 5)
            for (var s = 0; s < 8; s++)
                *to |= (codes[s] >> (bits - 1) & 0x01010101) << s;
    }
}
