using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    public static void Multiply(
        InstructionSet isa, WeightMatrix w, int firstOutput, int outputs, float* x, long xStride, int rows, float* y, long yStride)
    {
        switch (isa)
        {
            case InstructionSet.Avx512:
                ForType<Avx512Lanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride);
                break;
            case InstructionSet.Avx2:
            case InstructionSet.AvxVnni:
                ForType<Avx2Lanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride);
                break;
            case InstructionSet.AdvSimd:
                ForType<AdvSimdLanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride);
                break;
            default:
                ForType<ScalarLanes>(w, firstOutput, outputs, x, xStride, rows, y, yStride);
                break;
        }
    }

    private static void ForType<T>(
        WeightMatrix w, int firstOutput, int outputs, float* x, long xStride, int rows, float* y, long yStride)
        where T : struct, ILanes16<T>
    {
        var data = w.Row(firstOutput);
        switch (w.Type)
        {
            case TensorType.F32:
                FloatProducts<T, Single<T>>.Multiply(data, w.RowBytes, w.Columns, outputs, x, xStride, rows, y, yStride);
                break;
            case TensorType.F16:
                FloatProducts<T, Half<T>>.Multiply(data, w.RowBytes, w.Columns, outputs, x, xStride, rows, y, yStride);
                break;
            case TensorType.BF16:
                FloatProducts<T, BFloat<T>>.Multiply(data, w.RowBytes, w.Columns, outputs, x, xStride, rows, y, yStride);
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
    /// <summary>Outputs whose weights are unpacked together: they stay in L2 while all rows pass by.</summary>
    private const int PanelOutputs = 4;

    public static void Multiply(
        byte* weights, long rowBytes, int columns, int outputs, float* x, long xStride, int rows, float* y, long yStride)
    {
        // Few rows: weights are read once or twice, so unpacking them in registers is the cheapest.
        if (rows < 4 || TReader.Bytes == 4)
        {
            Rows<TReader>(weights, rowBytes, columns, outputs, x, xStride, rows, y, yStride);
            return;
        }
        var padded = (columns + 15) & ~15;
        var panel = (float*)NativeMemory.AlignedAlloc((nuint)padded * PanelOutputs * sizeof(float), 64);
        try
        {
            for (var output = 0; output < outputs; output += PanelOutputs)
            {
                var count = Math.Min(PanelOutputs, outputs - output);
                for (var o = 0; o < count; o++)
                    Unpack(weights + (output + o) * rowBytes, columns, panel + (long)o * padded);
                Rows<FloatProducts.Single<T>>(
                    (byte*)panel, (long)padded * sizeof(float), columns, count, x, xStride, rows, y + output, yStride);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(panel);
        }
    }

    private static void Unpack(byte* weights, int columns, float* to)
    {
        var k = 0;
        for (; k <= columns - 16; k += 16)
            T.Store(TReader.Read(weights + (long)k * TReader.Bytes), to + k);
        if (k < columns)
            T.Store(TReader.ReadPart(weights + (long)k * TReader.Bytes, columns - k), to + k);
    }

    private static void Rows<TRead>(
        byte* weights, long rowBytes, int columns, int outputs, float* x, long xStride, int rows, float* y, long yStride)
        where TRead : struct, FloatProducts.IReader<T>
    {
        for (var output = 0; output < outputs;)
        {
            var w = weights + output * rowBytes;
            var four = T.HoldsSixteen && outputs - output >= 4;
            var step = four ? 4 : outputs - output >= 2 ? 2 : 1;
            for (var row = 0; row < rows;)
            {
                var xr = x + row * xStride;
                var yr = y + row * yStride + output;
                var left = rows - row;
                if (four && left >= 4)
                {
                    FourByFour<TRead>(w, rowBytes, columns, xr, xStride, yr, yStride);
                    row += 4;
                }
                else if (step >= 2 && left >= 2)
                {
                    for (var o = 0; o < step; o += 2)
                        TwoByTwo<TRead>(w + o * rowBytes, rowBytes, columns, xr, xStride, yr + o, yStride);
                    row += 2;
                }
                else if (four)
                {
                    OneByFour<TRead>(w, rowBytes, columns, xr, yr);
                    row++;
                }
                else
                {
                    for (var o = 0; o < step; o++)
                        yr[o] = One<TRead>(w + o * rowBytes, columns, xr);
                    row++;
                }
            }
            output += step;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float One<TRead>(byte* w, int columns, float* x)
        where TRead : struct, FloatProducts.IReader<T>
    {
        var a = T.Broadcast(0);
        var k = 0;
        for (; k <= columns - 16; k += 16)
            a = T.MultiplyAdd(TRead.Read(w + (long)k * TRead.Bytes), T.Load(x + k), a);
        if (k < columns)
            a = T.MultiplyAdd(TRead.ReadPart(w + (long)k * TRead.Bytes, columns - k), LaneTail.Load<T>(x + k, columns - k), a);
        return T.FoldSum(a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour<TRead>(byte* w, long rowBytes, int columns, float* x, float* y)
        where TRead : struct, FloatProducts.IReader<T>
    {
        byte* w1 = w + rowBytes, w2 = w1 + rowBytes, w3 = w2 + rowBytes;
        T a = T.Broadcast(0), b = a, c = a, d = a;
        var k = 0;
        for (; k <= columns - 16; k += 16)
        {
            var xk = T.Load(x + k);
            var at = (long)k * TRead.Bytes;
            a = T.MultiplyAdd(TRead.Read(w + at), xk, a);
            b = T.MultiplyAdd(TRead.Read(w1 + at), xk, b);
            c = T.MultiplyAdd(TRead.Read(w2 + at), xk, c);
            d = T.MultiplyAdd(TRead.Read(w3 + at), xk, d);
        }
        if (k < columns)
        {
            var left = columns - k;
            var xk = LaneTail.Load<T>(x + k, left);
            var at = (long)k * TRead.Bytes;
            a = T.MultiplyAdd(TRead.ReadPart(w + at, left), xk, a);
            b = T.MultiplyAdd(TRead.ReadPart(w1 + at, left), xk, b);
            c = T.MultiplyAdd(TRead.ReadPart(w2 + at, left), xk, c);
            d = T.MultiplyAdd(TRead.ReadPart(w3 + at, left), xk, d);
        }
        y[0] = T.FoldSum(a);
        y[1] = T.FoldSum(b);
        y[2] = T.FoldSum(c);
        y[3] = T.FoldSum(d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByTwo<TRead>(byte* w, long rowBytes, int columns, float* x, long xStride, float* y, long yStride)
        where TRead : struct, FloatProducts.IReader<T>
    {
        var w1 = w + rowBytes;
        var x1 = x + xStride;
        T a = T.Broadcast(0), b = a, c = a, d = a;
        var k = 0;
        for (; k <= columns - 16; k += 16)
        {
            T wa = TRead.Read(w + (long)k * TRead.Bytes), wb = TRead.Read(w1 + (long)k * TRead.Bytes);
            T xa = T.Load(x + k), xb = T.Load(x1 + k);
            a = T.MultiplyAdd(wa, xa, a);
            b = T.MultiplyAdd(wb, xa, b);
            c = T.MultiplyAdd(wa, xb, c);
            d = T.MultiplyAdd(wb, xb, d);
        }
        if (k < columns)
        {
            var left = columns - k;
            T wa = TRead.ReadPart(w + (long)k * TRead.Bytes, left), wb = TRead.ReadPart(w1 + (long)k * TRead.Bytes, left);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour<TRead>(byte* w, long rowBytes, int columns, float* x, long xStride, float* y, long yStride)
        where TRead : struct, FloatProducts.IReader<T>
    {
        byte* w1 = w + rowBytes, w2 = w1 + rowBytes, w3 = w2 + rowBytes;
        float* x1 = x + xStride, x2 = x1 + xStride, x3 = x2 + xStride;
        T a0 = T.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        T c0 = a0, c1 = a0, c2 = a0, c3 = a0, d0 = a0, d1 = a0, d2 = a0, d3 = a0;
        for (var k = 0; k < columns; k += 16)
        {
            T wa, wb, wc, wd, xa, xb, xc, xd;
            var at = (long)k * TRead.Bytes;
            var left = columns - k;
            if (left >= 16)
            {
                (wa, wb, wc, wd) = (TRead.Read(w + at), TRead.Read(w1 + at), TRead.Read(w2 + at), TRead.Read(w3 + at));
                (xa, xb, xc, xd) = (T.Load(x + k), T.Load(x1 + k), T.Load(x2 + k), T.Load(x3 + k));
            }
            else
            {
                wa = TRead.ReadPart(w + at, left);
                wb = TRead.ReadPart(w1 + at, left);
                wc = TRead.ReadPart(w2 + at, left);
                wd = TRead.ReadPart(w3 + at, left);
                xa = LaneTail.Load<T>(x + k, left);
                xb = LaneTail.Load<T>(x1 + k, left);
                xc = LaneTail.Load<T>(x2 + k, left);
                xd = LaneTail.Load<T>(x3 + k, left);
            }
            a0 = T.MultiplyAdd(wa, xa, a0);
            a1 = T.MultiplyAdd(wb, xa, a1);
            a2 = T.MultiplyAdd(wc, xa, a2);
            a3 = T.MultiplyAdd(wd, xa, a3);
            b0 = T.MultiplyAdd(wa, xb, b0);
            b1 = T.MultiplyAdd(wb, xb, b1);
            b2 = T.MultiplyAdd(wc, xb, b2);
            b3 = T.MultiplyAdd(wd, xb, b3);
            c0 = T.MultiplyAdd(wa, xc, c0);
            c1 = T.MultiplyAdd(wb, xc, c1);
            c2 = T.MultiplyAdd(wc, xc, c2);
            c3 = T.MultiplyAdd(wd, xc, c3);
            d0 = T.MultiplyAdd(wa, xd, d0);
            d1 = T.MultiplyAdd(wb, xd, d1);
            d2 = T.MultiplyAdd(wc, xd, d2);
            d3 = T.MultiplyAdd(wd, xd, d3);
        }
        Fold(a0, a1, a2, a3, y);
        Fold(b0, b1, b2, b3, y + yStride);
        Fold(c0, c1, c2, c3, y + 2 * yStride);
        Fold(d0, d1, d2, d3, y + 3 * yStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(T a, T b, T c, T d, float* y)
    {
        y[0] = T.FoldSum(a);
        y[1] = T.FoldSum(b);
        y[2] = T.FoldSum(c);
        y[3] = T.FoldSum(d);
    }
}
