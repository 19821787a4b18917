using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Few rows by panels packed with loss, AVX2: outputs are lanes, integer sums run through a whole slice, and a panel is read in one line.</summary>
internal sealed unsafe class LossyGemv<TCodes> : ProductKernel
    where TCodes : struct, ILossyCodes
{
    private const int Outputs = LossyFormat.Outputs;

    // What is asked for ahead of the reading, in bytes: about what memory's latency takes.
    private const int Ahead = 4096;

    internal override int OutputStep => Outputs;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var y = (float*)scratch;
        for (var output = first; output < first + count; output += Outputs)
        {
            var panel = product.Weights.Lossy!.Panel(output / Outputs);
            for (var row = 0; row < x.Rows; row++)
            {
                Chains(panel, x.Q8 + (long)row * x.Columns, x.D + (long)row * x.Slices, x.Columns, y);
                Store(product, row, output, Math.Min(Outputs, first + count - output), y, Outputs);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chains(byte* panel, sbyte* q, float* d, int columns, float* y)
    {
        var block = panel + LossyFormat.ValuesAt;
        Vector256<float> y0 = default, y1 = default;
        for (; columns > 0; columns -= TCodes.Format.Slice, d++)
        {
            Vector256<int> i0 = default, i1 = default;
            for (var blocks = Math.Min(columns, TCodes.Format.Slice) / LossyFormat.Block; blocks > 0; blocks--)
            {
                for (var line = 0; line < TCodes.Format.BlockBytes; line += 64)
                    Sse.Prefetch0(block + Ahead + line);
                i0 = TCodes.AddGroup(i0, block, 0, 0, (int*)q);
                i1 = TCodes.AddGroup(i1, block, 0, 1, (int*)q);
                i0 = TCodes.AddGroup(i0, block, 1, 0, (int*)q + 8);
                i1 = TCodes.AddGroup(i1, block, 1, 1, (int*)q + 8);
                block += TCodes.Format.BlockBytes;
                q += LossyFormat.Block;
            }
            var scale = Vector256.Create(*d);
            y0 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(i0), scale, y0);
            y1 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(i1), scale, y1);
        }
        (y0 * Vector256.Load((float*)panel)).Store(y);
        (y1 * Vector256.Load((float*)panel + 8)).Store(y + 8);
    }
}
