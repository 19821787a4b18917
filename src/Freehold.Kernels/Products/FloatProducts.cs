using System.Runtime.CompilerServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Products;

/// <summary>
/// Products of F32, F16 and BF16 weights: each is sixteen accumulators by k mod 16 in fused multiply-adds, k ascending, folded 8, 4, 2, 1.
/// </summary>
internal static unsafe class FloatProducts
{
    /// <summary>Multiplies some outputs' weights by all rows.</summary>
    /// <param name="isa">The lanes to use; all give equal bits.</param>
    /// <param name="w">F32, F16 or BF16.</param>
    /// <param name="firstOutput">First output.</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="x">[rows][w.Columns].</param>
    /// <param name="xStride">Floats from row to row of x.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="y">Takes output <paramref name="firstOutput"/> + o of row r at [r * yStride + o].</param>
    /// <param name="yStride">Floats from row to row of y.</param>
    /// <param name="scratch">Memory to lay operands out in, 64-byte aligned.</param>
    /// <param name="scratchBytes">Bytes of it; too few for one panel only cost speed.</param>
    public static void Multiply(
        InstructionSet isa, WeightMatrix w, int firstOutput, int outputs, float* x, long xStride, int rows, float* y, long yStride,
        byte* scratch, long scratchBytes)
    {
        switch (isa)
        {
            case InstructionSet.Avx512:
            case InstructionSet.Avx512Vnni:
            case InstructionSet.Amx:
                ForType<Avx512Lanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride, (float*)scratch, scratchBytes / sizeof(float));
                break;
            case InstructionSet.Avx2:
            case InstructionSet.AvxVnni:
                ForType<Avx2Lanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride, (float*)scratch, scratchBytes / sizeof(float));
                break;
            case InstructionSet.AdvSimd:
                ForType<AdvSimdLanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride, (float*)scratch, scratchBytes / sizeof(float));
                break;
            default:
                ForType<ScalarLanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride, (float*)scratch, scratchBytes / sizeof(float));
                break;
        }
    }

    private static void ForType<T>(
        WeightMatrix w, int firstOutput, int outputs, float* x, long xStride, int rows, float* y, long yStride, float* scratch, long floats)
        where T : struct, ILanes16<T>
    {
        var data = w.Row(firstOutput);
        switch (w.Type)
        {
            case TensorType.F32:
                FloatProducts<T, Single<T>>.Multiply(data, w.RowBytes, w.Columns, outputs, x, xStride, rows, y, yStride, scratch, floats);
                break;
            case TensorType.F16:
                FloatProducts<T, Half<T>>.Multiply(data, w.RowBytes, w.Columns, outputs, x, xStride, rows, y, yStride, scratch, floats);
                break;
            case TensorType.BF16:
                FloatProducts<T, BFloat<T>>.Multiply(data, w.RowBytes, w.Columns, outputs, x, xStride, rows, y, yStride, scratch, floats);
                break;
            default:
                throw new NotSupportedException($"{w.Type} weights are not floats");
        }
    }

    /// <summary>How a weight type's sixteen neighbours become lanes.</summary>
    internal interface IReader<T>
    {
        static abstract int Bytes { get; }

        static abstract T Read(byte* source);

        static abstract T ReadPart(byte* source, int count);
    }

    internal readonly struct Single<T> : IReader<T>
        where T : struct, ILanes16<T>
    {
        public static int Bytes => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Read(byte* source) => T.Load((float*)source);

        public static T ReadPart(byte* source, int count) => LaneTail.Load<T>((float*)source, count);
    }

    internal readonly struct Half<T> : IReader<T>
        where T : struct, ILanes16<T>
    {
        public static int Bytes => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Read(byte* source) => LaneHalves.FromHalf(T.LoadWidened((ushort*)source));

        public static T ReadPart(byte* source, int count) => LaneHalves.FromHalf(LaneTail.LoadWidened<T>((ushort*)source, count));
    }

    internal readonly struct BFloat<T> : IReader<T>
        where T : struct, ILanes16<T>
    {
        public static int Bytes => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Read(byte* source) => LaneHalves.FromBFloat(T.LoadWidened((ushort*)source));

        public static T ReadPart(byte* source, int count) => LaneHalves.FromBFloat(LaneTail.LoadWidened<T>((ushort*)source, count));
    }
}

/// <summary>The loops, for one width of registers and one type of weights.</summary>
internal static unsafe class FloatProducts<T, TReader>
    where T : struct, ILanes16<T>
    where TReader : struct, FloatProducts.IReader<T>
{
    // From here on, laying the operands out anew pays for itself.
    private const int ManyRows = 8;

    // Columns of one pass: four rows of them stay in L1 while the weights go by.
    private const int PassColumns = 512;

    public static void Multiply(
        byte* weights, long rowBytes, int columns, int outputs, float* x, long xStride, int rows, float* y, long yStride, float* scratch,
        long floats)
    {
        // Four rows of activations, four outputs' sums, and as many groups of four outputs' weights as there is room for.
        var padded = (columns + 15L) & ~15L;
        var groups = (floats - 4 * padded) / (4 * padded + 16 * 16);
        if (rows < ManyRows || groups < 1)
        {
            Rows(weights, rowBytes, columns, outputs, x, xStride, rows, y, yStride);
            return;
        }
        // Half an L2 is enough.
        groups = Math.Max(1, Math.Min(groups, 64 * 1024 / (4 * padded)));
        var panel = scratch + 4 * padded;
        var sums = panel + groups * 4 * padded;
        for (var output = 0; output < outputs; output += 4 * (int)groups)
        {
            var count = (int)Math.Min(4 * groups, outputs - output);
            for (var o = 0; o < count; o += 4)
                Interleave<TReader>(weights + (output + o) * rowBytes, rowBytes, Math.Min(4, count - o), columns, panel + o * padded);
            for (var row = 0; row < rows; row += 4)
            {
                var four = Math.Min(4, rows - row);
                Interleave<FloatProducts.Single<T>>((byte*)(x + row * xStride), xStride * sizeof(float), four, columns, scratch);
                for (long k = 0; k < padded; k += PassColumns)
                {
                    var steps = (int)(Math.Min(PassColumns, padded - k) / 16);
                    for (var o = 0; o < count; o += 4)
                        if (T.HoldsSixteen)
                            FourByFour(panel + o * padded + 4 * k, scratch + 4 * k, steps, sums + o * 64, k == 0);
                        else
                            for (var half = 0; half < 4; half++)
                                TwoByTwo(
                                    panel + o * padded + 4 * k + (half & 1) * 32, scratch + 4 * k + (half >> 1) * 32, steps,
                                    sums + o * 64 + (half >> 1) * 128 + (half & 1) * 32, k == 0);
                }
                for (var o = 0; o < count; o++)
                    for (var r = 0; r < four; r++)
                        y[(row + r) * yStride + output + o] = T.FoldSum(T.Load(sums + (o & ~3) * 64 + (r * 4 + (o & 3)) * 16));
            }
        }
    }

    /// <summary>Lays up to four rows out as [columns / 16][4][16]; absent columns and rows are 0.</summary>
    private static void Interleave<TRead>(byte* rows, long rowBytes, int count, int columns, float* to)
        where TRead : struct, FloatProducts.IReader<T>
    {
        for (var r = 0; r < 4; r++)
        {
            var k = 0;
            var from = rows + r * rowBytes;
            if (r < count)
                for (; k <= columns - 16; k += 16)
                    T.Store(TRead.Read(from + (long)k * TRead.Bytes), to + 4L * k + r * 16);
            for (; k < columns; k += 16)
                T.Store(r < count ? TRead.ReadPart(from + (long)k * TRead.Bytes, columns - k) : T.Broadcast(0), to + 4L * k + r * 16);
        }
    }

    /// <summary>Straight from the file's memory: for few rows.</summary>
    private static void Rows(
        byte* weights, long rowBytes, int columns, int outputs, float* x, long xStride, int rows, float* y, long yStride)
    {
        for (var output = 0; output < outputs;)
        {
            var w = weights + output * rowBytes;
            var step = outputs - output >= 4 ? 4 : outputs - output >= 2 ? 2 : 1;
            for (var row = 0; row < rows;)
            {
                var xr = x + row * xStride;
                var yr = y + row * yStride + output;
                if (step >= 2 && rows - row >= 2)
                {
                    for (var o = 0; o < step; o += 2)
                        TwoByTwo(w + o * rowBytes, rowBytes, columns, xr, xStride, yr + o, yStride);
                    row += 2;
                    continue;
                }
                if (step == 4)
                    OneByFour(w, rowBytes, columns, xr, yr);
                else
                    for (var o = 0; o < step; o++)
                        yr[o] = One(w + o * rowBytes, columns, xr);
                row++;
            }
            output += step;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float One(byte* w, int columns, float* x)
    {
        var a = T.Broadcast(0);
        var k = 0;
        for (; k <= columns - 16; k += 16)
            a = T.MultiplyAdd(TReader.Read(w + (long)k * TReader.Bytes), T.Load(x + k), a);
        if (k < columns)
            a = T.MultiplyAdd(TReader.ReadPart(w + (long)k * TReader.Bytes, columns - k), LaneTail.Load<T>(x + k, columns - k), a);
        return T.FoldSum(a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour(byte* w, long rowBytes, int columns, float* x, float* y)
    {
        byte* w1 = w + rowBytes, w2 = w1 + rowBytes, w3 = w2 + rowBytes;
        T a = T.Broadcast(0), b = a, c = a, d = a;
        var k = 0;
        for (; k <= columns - 16; k += 16)
        {
            var xk = T.Load(x + k);
            var at = (long)k * TReader.Bytes;
            a = T.MultiplyAdd(TReader.Read(w + at), xk, a);
            b = T.MultiplyAdd(TReader.Read(w1 + at), xk, b);
            c = T.MultiplyAdd(TReader.Read(w2 + at), xk, c);
            d = T.MultiplyAdd(TReader.Read(w3 + at), xk, d);
        }
        if (k < columns)
        {
            var left = columns - k;
            var xk = LaneTail.Load<T>(x + k, left);
            var at = (long)k * TReader.Bytes;
            a = T.MultiplyAdd(TReader.ReadPart(w + at, left), xk, a);
            b = T.MultiplyAdd(TReader.ReadPart(w1 + at, left), xk, b);
            c = T.MultiplyAdd(TReader.ReadPart(w2 + at, left), xk, c);
            d = T.MultiplyAdd(TReader.ReadPart(w3 + at, left), xk, d);
        }
        y[0] = T.FoldSum(a);
        y[1] = T.FoldSum(b);
        y[2] = T.FoldSum(c);
        y[3] = T.FoldSum(d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByTwo(byte* w, long rowBytes, int columns, float* x, long xStride, float* y, long yStride)
    {
        var w1 = w + rowBytes;
        var x1 = x + xStride;
        T a = T.Broadcast(0), b = a, c = a, d = a;
        var k = 0;
        for (; k <= columns - 16; k += 16)
        {
            T wa = TReader.Read(w + (long)k * TReader.Bytes), wb = TReader.Read(w1 + (long)k * TReader.Bytes);
            T xa = T.Load(x + k), xb = T.Load(x1 + k);
            a = T.MultiplyAdd(wa, xa, a);
            b = T.MultiplyAdd(wb, xa, b);
            c = T.MultiplyAdd(wa, xb, c);
            d = T.MultiplyAdd(wb, xb, d);
        }
        if (k < columns)
        {
            var left = columns - k;
            T wa = TReader.ReadPart(w + (long)k * TReader.Bytes, left), wb = TReader.ReadPart(w1 + (long)k * TReader.Bytes, left);
            T xa = LaneTail.Load<T>(x + k, left), xb = LaneTail.Load<T>(x1 + k, left);
            a = T.MultiplyAdd(wa, xa, a);
            b = T.MultiplyAdd(wb, xa, b);
            c = T.MultiplyAdd(wa, xb, c);
            d = T.MultiplyAdd(wb, xb, d);
        }
        y[0] = T.FoldSum(a);
        y[1] = T.FoldSum(b);
        y[yStride] = T.FoldSum(c);
        y[yStride + 1] = T.FoldSum(d);
    }

    /// <summary>Two by two of what <see cref="Interleave"/> laid out; the sums lie as <see cref="FourByFour"/>'s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByTwo(float* w, float* x, int steps, float* sums, bool first)
    {
        T a = T.Broadcast(0), b = a, c = a, d = a;
        if (!first)
            (a, b, c, d) = (T.Load(sums), T.Load(sums + 16), T.Load(sums + 64), T.Load(sums + 80));
        for (; steps > 0; steps--, w += 64, x += 64)
        {
            T wa = T.Load(w), wb = T.Load(w + 16), xa = T.Load(x), xb = T.Load(x + 16);
            a = T.MultiplyAdd(wa, xa, a);
            b = T.MultiplyAdd(wb, xa, b);
            c = T.MultiplyAdd(wa, xb, c);
            d = T.MultiplyAdd(wb, xb, d);
        }
        T.Store(a, sums);
        T.Store(b, sums + 16);
        T.Store(c, sums + 64);
        T.Store(d, sums + 80);
    }

    /// <summary>Adds some columns' products to the sixteen accumulators of four rows and four outputs, [row][output][16].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(float* w, float* x, int steps, float* sums, bool first)
    {
        T a0 = T.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        T c0 = a0, c1 = a0, c2 = a0, c3 = a0, d0 = a0, d1 = a0, d2 = a0, d3 = a0;
        if (!first)
        {
            (a0, a1, a2, a3) = (T.Load(sums), T.Load(sums + 16), T.Load(sums + 32), T.Load(sums + 48));
            (b0, b1, b2, b3) = (T.Load(sums + 64), T.Load(sums + 80), T.Load(sums + 96), T.Load(sums + 112));
            (c0, c1, c2, c3) = (T.Load(sums + 128), T.Load(sums + 144), T.Load(sums + 160), T.Load(sums + 176));
            (d0, d1, d2, d3) = (T.Load(sums + 192), T.Load(sums + 208), T.Load(sums + 224), T.Load(sums + 240));
        }
        for (; steps > 0; steps--, w += 64, x += 64)
        {
            T wa = T.Load(w), wb = T.Load(w + 16), wc = T.Load(w + 32), wd = T.Load(w + 48);
            var v = T.Load(x);
            a0 = T.MultiplyAdd(wa, v, a0);
            a1 = T.MultiplyAdd(wb, v, a1);
            a2 = T.MultiplyAdd(wc, v, a2);
            a3 = T.MultiplyAdd(wd, v, a3);
            v = T.Load(x + 16);
            b0 = T.MultiplyAdd(wa, v, b0);
            b1 = T.MultiplyAdd(wb, v, b1);
            b2 = T.MultiplyAdd(wc, v, b2);
            b3 = T.MultiplyAdd(wd, v, b3);
            v = T.Load(x + 32);
            c0 = T.MultiplyAdd(wa, v, c0);
            c1 = T.MultiplyAdd(wb, v, c1);
            c2 = T.MultiplyAdd(wc, v, c2);
            c3 = T.MultiplyAdd(wd, v, c3);
            v = T.Load(x + 48);
            d0 = T.MultiplyAdd(wa, v, d0);
            d1 = T.MultiplyAdd(wb, v, d1);
            d2 = T.MultiplyAdd(wc, v, d2);
            d3 = T.MultiplyAdd(wd, v, d3);
        }
        Store(a0, a1, a2, a3, sums);
        Store(b0, b1, b2, b3, sums + 64);
        Store(c0, c1, c2, c3, sums + 128);
        Store(d0, d1, d2, d3, sums + 192);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T a, T b, T c, T d, float* sums)
    {
        T.Store(a, sums);
        T.Store(b, sums + 16);
        T.Store(c, sums + 32);
        T.Store(d, sums + 48);
    }
}
