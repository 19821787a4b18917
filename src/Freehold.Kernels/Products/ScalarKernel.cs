using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>Quantised weights by plain loops, any type and any number of rows: the oracle of every other kernel.</summary>
internal sealed unsafe class ScalarKernel : ProductKernel
{
    // Rows whose chains are held at once, so that a block is unpacked once for all of them.
    private const int RowsAtOnce = 512;

    internal override int OutputStep => 1;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var q = (sbyte*)scratch;
        var scale = (float*)(q + 256);
        var minimum = scale + 16;
        var chains = minimum + 16;
        for (var output = first; output < first + count; output++)
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, x.Rows - row);
                Chains(product.Weights, output, x, row, rows, q, scale, minimum, chains);
                for (var r = 0; r < rows; r++)
                    Store(product, row + r, output, chains[r]);
            }
    }

    private static void Chains(
        WeightMatrix weights, int output, ActivationRows x, int row, int rows, sbyte* q, float* scale, float* minimum, float* chains)
    {
        var format = weights.Format;
        var block = weights.Row(output);
        new Span<float>(chains, rows).Clear();
        for (var start = 0; start < weights.Columns; start += format.BlockLength, block += format.BlockBytes)
        {
            ScalarBlocks.Unpack(format.Type, block, q, scale, minimum);
            for (var r = 0; r < rows; r++)
            {
                var a = x.Q + (long)(row + r) * x.Columns + start;
                var d = x.D + (long)(row + r) * x.Groups + start / 32;
                var sums = x.Sums + (long)(row + r) * x.Groups * 2 + start / 16;
                chains[r] = Chain(format, q, scale, minimum, a, d, sums, chains[r]);
            }
        }
    }

    // Where value i of a row lies: see ActivationRows.Q.
    private static int Split(int i) => i & ~31 | (i & 1) << 4 | (i & 31) >> 1;

    /// <summary>One block's links of the chain (docs/numerics.md, "Quantised products").</summary>
    private static float Chain(BlockFormat format, sbyte* q, float* scale, float* minimum, short* a, float* d, int* sums, float y)
    {
        var length = format.ScaleGroup;
        for (int g = 0, start = 0; start < format.BlockLength; g++, start += length)
        {
            var isum = 0;
            for (var i = 0; i < length; i++)
                isum += q[start + i] * a[Split(start + i)];
            var da = d[start >> 5];
            y = MathF.FusedMultiplyAdd(isum, scale[g] * da, y);
            if (!format.HasMinimum)
                continue;
            var asum = length == 16 ? sums[g] : sums[2 * g] + sums[2 * g + 1];
            y = MathF.FusedMultiplyAdd(minimum[g], da * asum, y);
        }
        return y;
    }
}
