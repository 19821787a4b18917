using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>Float weights by plain loops: 16 accumulators by k mod 16, FMA, folded 8, 4, 2, 1.</summary>
internal static unsafe class FloatStandIn
{
    internal static void Multiply(InstructionSet isa, WeightMatrix w, int firstOutput, int outputs, float* x, long xStride, int rows, float* y, long yStride)
    {
        var lanes = stackalloc float[16];
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < outputs; o++)
            {
                for (var i = 0; i < 16; i++)
                    lanes[i] = 0;
                var row = w.Row(firstOutput + o);
                for (var k = 0; k < w.Columns; k++)
                    lanes[k & 15] = MathF.FusedMultiplyAdd(Weight(w.Type, row, k), x[r * xStride + k], lanes[k & 15]);
                for (var width = 8; width > 0; width >>= 1)
                    for (var i = 0; i < width; i++)
                        lanes[i] += lanes[i + width];
                y[r * yStride + o] = lanes[0];
            }
    }

    private static float Weight(TensorType type, byte* row, int k) => type switch
    {
        TensorType.F32 => ((float*)row)[k],
        TensorType.F16 => ScalarBlocks.F16(row + 2 * (long)k),
        _ => BitConverter.UInt32BitsToSingle((uint)(row[2 * (long)k] << 16 | row[2 * (long)k + 1] << 24)),
    };
}
