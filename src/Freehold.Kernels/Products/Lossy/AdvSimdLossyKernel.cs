using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Weights packed with loss on Arm64, any number of rows. A panel of w8 lies as SDOT wants it and is always read so, a slice by four rows after four; w4 is read so by up to four
/// rows and, for more, unpacked into this worker's scratch a slice at a time. A chain that is not at its end waits in scratch as the f32 it is.
/// </summary>
internal sealed unsafe class AdvSimdLossyKernel<TCodes> : RowBlockKernel
    where TCodes : struct, IAdvSimdLossyCodes
{
    private const int Outputs = LossyFormat.Outputs;
    private const int AtOnce = AdvSimdSlice<TCodes>.MostRows;

    internal override int OutputStep => Outputs;

    private static int SliceBlocks => TCodes.Format.Slice / LossyFormat.Block;

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var panel = product.Weights.Lossy!.Panel(first / Outputs);
        var y = (float*)scratch;
        var unpacked = (byte*)(y + RowsAtOnce * Outputs);
        new Span<float>(y, (rows + AtOnce - 1) / AtOnce * AtOnce * Outputs).Clear();
        var unpack = TCodes.Format.Kind != LossyKind.W8 && rows > AtOnce;
        for (var slice = 0; slice < x.Slices; slice++)
        {
            var from = slice * TCodes.Format.Slice;
            var blocks = Math.Min(TCodes.Format.Slice, x.Columns - from) / LossyFormat.Block;
            var at = panel + LossyFormat.ValuesAt + (long)slice * SliceBlocks * TCodes.Format.BlockBytes;
            if (unpack)
                Unpack(at, blocks, unpacked);
            for (var r = 0; r < rows; r += AtOnce)
                if (unpack)
                    AdvSimdSlice<AdvSimdW8Codes>.Link(unpacked, blocks, x, row + r, rows - r, slice, from, y + r * Outputs);
                else
                    AdvSimdSlice<TCodes>.Link(at, blocks, x, row + r, rows - r, slice, from, y + r * Outputs);
        }
        for (var r = 0; r < rows; r++)
        {
            var chains = y + r * Outputs;
            for (var o = 0; o < Outputs; o += 4)
                (Vector128.Load(chains + o) * Vector128.Load((float*)panel + o)).Store(chains + o);
            Store(product, row + r, first, valid, chains, Outputs);
        }
    }

    /// <summary>Blocks as w8 has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack(byte* block, int blocks, byte* to)
    {
        for (; blocks > 0; blocks--, block += TCodes.Format.BlockBytes)
            for (var group = 0; group < LossyFormat.Block / LossyFormat.Group; group++, to += LossyFormat.Group * Outputs)
                for (var quarter = 0; quarter < 4; quarter++)
                {
                    TCodes.Grid(block, group, quarter, out var multipliers, out var bases);
                    for (var step = 0; step < 4; step++)
                    {
                        TCodes.Steps(block, group, quarter, step, multipliers, bases, out var low, out var high);
                        low.AsByte().Store(to + step * 64 + quarter * 16);
                        high.AsByte().Store(to + (step + 4) * 64 + quarter * 16);
                    }
                }
    }
}
