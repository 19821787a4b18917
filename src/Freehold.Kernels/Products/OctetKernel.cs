using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>
/// Few rows, in AVX2: eight outputs at a time, read in their own order. Each output's 32 products are summed to eight partial int32 and transposed by
/// horizontal additions, so that the float chain has one output a lane. Integers are exact in any order; the chain is the oracle's.
/// </summary>
internal sealed unsafe class OctetKernel<TBlock> : ProductKernel
    where TBlock : struct, IVectorBlock
{
    private const int Outputs = 8;
    private const int RowsAtOnce = 64;
    private readonly ScalarKernel _rest = new();

    internal override int OutputStep => Outputs;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var end = first + count;
        for (; first + Outputs <= end; first += Outputs)
        {
            if (x.Rows == 1)
                One(product, x, first, (float*)scratch);
            else
                for (var row = 0; row < x.Rows; row += RowsAtOnce)
                    Several(product, x, first, row, Math.Min(RowsAtOnce, x.Rows - row), (float*)scratch);
        }
        if (first < end)
            _rest.Multiply(product, x, first, end - first, scratch);
    }

    private static void One(in Product product, ActivationRows x, int first, float* scales)
    {
        var weights = product.Weights;
        var format = BlockFormat.Of(TBlock.Type);
        var chunks = format.BlockLength / 32;
        var minimums = scales + 16 * Outputs;
        var y = Vector256<float>.Zero;
        var block = weights.Row(first);
        var stride = weights.RowBytes;
        var group = 0;
        for (var start = 0; start < weights.Columns; start += format.BlockLength, block += format.BlockBytes)
        {
            if (!TBlock.SimpleScale)
                Scales(format, block, stride, scales, minimums);
            for (var chunk = 0; chunk < chunks; chunk++, group++)
            {
                var a = x.Q + group * 32;
                Vector256<short> low = Vector256.Load(a), high = Vector256.Load(a + 16);
                var da = Vector256.Create(x.D[group]);
                if (format.ScaleGroup == 32)
                {
                    var sum = Transpose(
                        Whole(block, chunk, low, high), Whole(block + stride, chunk, low, high),
                        Whole(block + 2 * stride, chunk, low, high), Whole(block + 3 * stride, chunk, low, high),
                        Whole(block + 4 * stride, chunk, low, high), Whole(block + 5 * stride, chunk, low, high),
                        Whole(block + 6 * stride, chunk, low, high), Whole(block + 7 * stride, chunk, low, high));
                    var scale = TBlock.SimpleScale ? Halves(block, stride) : Vector256.Load(scales + chunk * Outputs);
                    y = Fma.MultiplyAdd(Vector256.ConvertToSingle(sum), scale * da, y);
                    if (format.HasMinimum)
                    {
                        var minimum = TBlock.SimpleScale ? Halves(block + 2, stride) : Vector256.Load(minimums + chunk * Outputs);
                        y = Fma.MultiplyAdd(minimum, da * Vector256.Create((float)(x.Sums[2 * group] + x.Sums[2 * group + 1])), y);
                    }
                    continue;
                }
                for (var half = 0; half < 2; half++)
                {
                    var values = half == 0 ? low : high;
                    var sum = Transpose(
                        Half(block, chunk, half, values), Half(block + stride, chunk, half, values),
                        Half(block + 2 * stride, chunk, half, values), Half(block + 3 * stride, chunk, half, values),
                        Half(block + 4 * stride, chunk, half, values), Half(block + 5 * stride, chunk, half, values),
                        Half(block + 6 * stride, chunk, half, values), Half(block + 7 * stride, chunk, half, values));
                    var at = (2 * chunk + half) * Outputs;
                    y = Fma.MultiplyAdd(Vector256.ConvertToSingle(sum), Vector256.Load(scales + at) * da, y);
                    if (format.HasMinimum)
                        y = Fma.MultiplyAdd(Vector256.Load(minimums + at), da * Vector256.Create((float)x.Sums[2 * group + half]), y);
                }
            }
        }
        Finish(product, 0, first, y);
    }

    private static void Several(in Product product, ActivationRows x, int first, int row, int rows, float* scales)
    {
        var weights = product.Weights;
        var format = BlockFormat.Of(TBlock.Type);
        var chunks = format.BlockLength / 32;
        var minimums = scales + 16 * Outputs;
        var y = minimums + 16 * Outputs;
        var w = (short*)(y + RowsAtOnce * Outputs);
        new Span<float>(y, rows * Outputs).Clear();
        var block = weights.Row(first);
        var stride = weights.RowBytes;
        var group = 0;
        var (columns, groups) = ((long)x.Columns, (long)x.Groups);
        for (var start = 0; start < weights.Columns; start += format.BlockLength, block += format.BlockBytes)
        {
            if (!TBlock.SimpleScale)
                Scales(format, block, stride, scales, minimums);
            for (var chunk = 0; chunk < chunks; chunk++, group++)
            {
                for (var o = 0; o < Outputs; o++)
                {
                    var values = TBlock.Values(block + o * stride, chunk);
                    Avx2.ConvertToVector256Int16(values.GetLower()).Store(w + o * 32);
                    Avx2.ConvertToVector256Int16(values.GetUpper()).Store(w + o * 32 + 16);
                }
                var a = x.Q + row * columns + group * 32;
                var d = x.D + row * groups + group;
                var sums = x.Sums + 2 * (row * groups + group);
                if (format.ScaleGroup == 32)
                {
                    var scale = TBlock.SimpleScale ? Halves(block, stride) : Vector256.Load(scales + chunk * Outputs);
                    var minimum = !format.HasMinimum ? default : TBlock.SimpleScale ? Halves(block + 2, stride) : Vector256.Load(minimums + chunk * Outputs);
                    for (var r = 0; r < rows; r++, a += columns, d += groups, sums += 2 * groups)
                    {
                        Vector256<short> low = Vector256.Load(a), high = Vector256.Load(a + 16);
                        var sum = Transpose(
                            Both(w, low, high), Both(w + 32, low, high), Both(w + 64, low, high), Both(w + 96, low, high),
                            Both(w + 128, low, high), Both(w + 160, low, high), Both(w + 192, low, high), Both(w + 224, low, high));
                        var da = Vector256.Create(*d);
                        var chain = Fma.MultiplyAdd(Vector256.ConvertToSingle(sum), scale * da, Vector256.Load(y + r * Outputs));
                        if (format.HasMinimum)
                            chain = Fma.MultiplyAdd(minimum, da * Vector256.Create((float)(sums[0] + sums[1])), chain);
                        chain.Store(y + r * Outputs);
                    }
                    continue;
                }
                for (var r = 0; r < rows; r++, a += columns, d += groups, sums += 2 * groups)
                {
                    var da = Vector256.Create(*d);
                    var chain = Vector256.Load(y + r * Outputs);
                    for (var half = 0; half < 2; half++)
                    {
                        var values = Vector256.Load(a + 16 * half);
                        var from = w + 16 * half;
                        var sum = Transpose(
                            Times(from, values), Times(from + 32, values), Times(from + 64, values), Times(from + 96, values),
                            Times(from + 128, values), Times(from + 160, values), Times(from + 192, values), Times(from + 224, values));
                        var at = (2 * chunk + half) * Outputs;
                        chain = Fma.MultiplyAdd(Vector256.ConvertToSingle(sum), Vector256.Load(scales + at) * da, chain);
                        if (format.HasMinimum)
                            chain = Fma.MultiplyAdd(Vector256.Load(minimums + at), da * Vector256.Create((float)sums[half]), chain);
                    }
                    chain.Store(y + r * Outputs);
                }
            }
        }
        for (var r = 0; r < rows; r++)
            Finish(product, row + r, first, Vector256.Load(y + r * Outputs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(byte* block, int chunk, Vector256<short> low, Vector256<short> high)
    {
        var values = TBlock.Values(block, chunk);
        return Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(values.GetLower()), low)
            + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(values.GetUpper()), high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Half(byte* block, int chunk, int half, Vector256<short> a)
    {
        var values = TBlock.Values(block, chunk);
        return Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(half == 0 ? values.GetLower() : values.GetUpper()), a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Both(short* w, Vector256<short> low, Vector256<short> high) =>
        Avx2.MultiplyAddAdjacent(Vector256.Load(w), low) + Avx2.MultiplyAddAdjacent(Vector256.Load(w + 16), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Times(short* w, Vector256<short> a) => Avx2.MultiplyAddAdjacent(Vector256.Load(w), a);

    /// <summary>The sums of eight registers, one a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Transpose(
        Vector256<int> s0, Vector256<int> s1, Vector256<int> s2, Vector256<int> s3,
        Vector256<int> s4, Vector256<int> s5, Vector256<int> s6, Vector256<int> s7)
    {
        var low = Avx2.HorizontalAdd(Avx2.HorizontalAdd(s0, s1), Avx2.HorizontalAdd(s2, s3));
        var high = Avx2.HorizontalAdd(Avx2.HorizontalAdd(s4, s5), Avx2.HorizontalAdd(s6, s7));
        return Avx2.Permute2x128(low, high, 0x20) + Avx2.Permute2x128(low, high, 0x31);
    }

    /// <summary>The f16 at the same place of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(byte* at, long stride) =>
        HalfFloats.Widen(Vector128.Create(
            *(ushort*)at, *(ushort*)(at + stride), *(ushort*)(at + 2 * stride), *(ushort*)(at + 3 * stride),
            *(ushort*)(at + 4 * stride), *(ushort*)(at + 5 * stride), *(ushort*)(at + 6 * stride), *(ushort*)(at + 7 * stride)));

    private static void Scales(BlockFormat format, byte* block, long stride, float* scales, float* minimums)
    {
        var scale = stackalloc float[32];
        var groups = format.BlockLength / format.ScaleGroup;
        for (var o = 0; o < Outputs; o++)
        {
            ScalarBlocks.Scales(TBlock.Type, block + o * stride, scale, scale + 16);
            for (var g = 0; g < groups; g++)
            {
                scales[g * Outputs + o] = scale[g];
                minimums[g * Outputs + o] = scale[16 + g];
            }
        }
    }

    private static void Finish(in Product product, int row, int first, Vector256<float> y)
    {
        if (product.Bias is not null)
            y += Vector256.Load(product.Bias + first);
        var to = product.Output + row * product.OutputStride + first;
        (product.Accumulate ? Vector256.Load(to) + y : y).Store(to);
    }
}
