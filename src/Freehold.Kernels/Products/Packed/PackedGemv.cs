using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>
/// Few rows from panels, AVX2: outputs are lanes already, so that nothing is transposed and each thread reads memory in one line. A quad step costs
/// its unpacking, a product and an addition; sums stay int16 for as long as they fit.
/// </summary>
internal sealed unsafe class PackedGemv<T, TPlanes, TScales> : ProductKernel
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
{
    private const int Outputs = PackedFormat.Outputs;

    // Runs whose scales are decoded together.
    private const int Runs = 8;

    // What is asked for ahead of the reading, in bytes: about what memory's latency takes.
    private const int Ahead = 4096;

    internal override int OutputStep => Outputs;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var packed = product.Weights.Packed!;
        var scale = (float*)scratch;
        var minimum = scale + 2 * Runs * Outputs;
        var y = minimum + 2 * Runs * Outputs;
        for (var output = first; output < first + count; output += Outputs)
        {
            var panel = packed.Panel(output / Outputs);
            for (var row = 0; row < x.Rows; row++)
            {
                if (x.Bits == ActivationBits.Eight)
                    Chains<Bytes>(x, row, panel, packed.ValuesAt, scale, minimum, y);
                else
                    Chains<Words16>(x, row, panel, packed.ValuesAt, scale, minimum, y);
                Store(product, row, output, Math.Min(Outputs, first + count - output), y, Outputs);
            }
        }
    }

    private static void Chains<TMode>(ActivationRows x, int row, byte* scales, long valuesAt, float* scale, float* minimum, float* y)
        where TMode : struct, IMode
    {
        var groups = x.Groups;
        var values = scales + valuesAt;
        var q = TMode.Words ? (byte*)(x.Q + (long)row * x.Columns) : (byte*)(x.Q8 + (long)row * x.Columns);
        var d = x.D + (long)row * groups;
        var sums = x.Sums + (long)row * groups * 2;
        new Span<float>(y, Outputs).Clear();
        for (var start = 0; start < groups; start += Runs)
        {
            var runs = Math.Min(Runs, groups - start);
            Scales(scales, runs / T.BlockRuns, scale, minimum);
            Stretch<TMode>(values, runs, q, d + start, sums + 2 * start, scale, minimum, y);
            scales += (long)(runs / T.BlockRuns) * TScales.BlockBytes;
            values += (long)runs * TPlanes.Bits * 64;
            q += runs * (TMode.Words ? 64 : 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scales(byte* scales, int blocks, float* scale, float* minimum)
    {
        TScales.Read(scales, 0, blocks, scale, minimum, Outputs);
        TScales.Read(scales, 1, blocks, scale + 8, minimum + 8, Outputs);
    }

    // Apart from the loop around it: it makes no calls, so its sums and the chains stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Stretch<TMode>(byte* values, int runs, byte* q, float* d, int* sums, float* scale, float* minimum, float* y)
        where TMode : struct, IMode
    {
        var y0 = Vector256.Load(y);
        var y1 = Vector256.Load(y + 8);
        for (var run = 0; run < runs; run++)
        {
            for (var line = 0; line < TPlanes.Bits * 64; line += 64)
                Sse.Prefetch0(values + Ahead + line);
            // In formats with halves i is the first half's sum and k the second's; in others i is all.
            Vector256<int> i0 = default, i1 = default, k0 = default, k1 = default;
            Step<TMode>(values, q, 0, ref i0, ref i1, ref k0, ref k1);
            Step<TMode>(values, q, 1, ref i0, ref i1, ref k0, ref k1);
            if (Shorts<TMode>() && FoldTwice)
            {
                Vector256<int> l0 = default, l1 = default, m0 = default, m1 = default;
                Step<TMode>(values, q, 2, ref l0, ref l1, ref m0, ref m1);
                Step<TMode>(values, q, 3, ref l0, ref l1, ref m0, ref m1);
                (i0, i1) = (Fold(i0) + Fold(l0), Fold(i1) + Fold(l1));
                if (T.Halves)
                    (k0, k1) = (Fold(k0) + Fold(m0), Fold(k1) + Fold(m1));
            }
            else
            {
                Step<TMode>(values, q, 2, ref i0, ref i1, ref k0, ref k1);
                Step<TMode>(values, q, 3, ref i0, ref i1, ref k0, ref k1);
                if (Shorts<TMode>())
                    (i0, i1, k0, k1) = (Fold(i0), Fold(i1), Fold(k0), Fold(k1));
            }
            var da = Vector256.Create(*d);
            if (T.Halves)
            {
                y0 = Avx2Gemv<T>.Link(i0, scale, minimum, da, *d, sums[0], y0);
                y1 = Avx2Gemv<T>.Link(i1, scale + 8, minimum + 8, da, *d, sums[0], y1);
                y0 = Avx2Gemv<T>.Link(k0, scale + 16, minimum + 16, da, *d, sums[1], y0);
                y1 = Avx2Gemv<T>.Link(k1, scale + 24, minimum + 24, da, *d, sums[1], y1);
            }
            else
            {
                y0 = Avx2Gemv<T>.Link(i0, scale, minimum, da, *d, sums[0] + sums[1], y0);
                y1 = Avx2Gemv<T>.Link(i1, scale + 8, minimum + 8, da, *d, sums[0] + sums[1], y1);
            }
            values += TPlanes.Bits * 64;
            q += TMode.Words ? 64 : 32;
            scale += T.Halves ? 32 : 16;
            minimum += T.Halves ? 32 : 16;
            sums += 2;
            d++;
        }
        y0.Store(y);
        y1.Store(y + 8);
    }

    /// <summary>Unsigned weights and int8 activations: sums stay int16 for a while.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Shorts<TMode>()
        where TMode : struct, IMode => !TMode.Words && !T.Signed;

    // A step adds at most 2 * Largest * 127 to an int16 sum, which takes four steps in formats with halves and eight in others.
    private static bool FoldTwice
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Halves ? T.Largest > 31 : T.Largest > 15;
    }

    /// <summary>Quad steps j and j + 4 of sixteen outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TMode>(byte* run, byte* q, int j, ref Vector256<int> i0, ref Vector256<int> i1, ref Vector256<int> k0, ref Vector256<int> k1)
        where TMode : struct, IMode
    {
        TPlanes.Steps(run, j, out var a0, out var b0);
        TPlanes.Steps(run + 32, j, out var a1, out var b1);
        i0 = TMode.Add<T>(i0, a0, q, j);
        i1 = TMode.Add<T>(i1, a1, q, j);
        if (T.Halves)
        {
            k0 = TMode.Add<T>(k0, b0, q, j + 4);
            k1 = TMode.Add<T>(k1, b1, q, j + 4);
        }
        else
        {
            i0 = TMode.Add<T>(i0, b0, q, j + 4);
            i1 = TMode.Add<T>(i1, b1, q, j + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Fold(Vector256<int> shorts) => Avx2.MultiplyAddAdjacent(shorts.AsInt16(), Vector256<short>.One);

    /// <summary>How a quad step's values meet the activations.</summary>
    private interface IMode
    {
        /// <summary>Whether activations are int16, even ones and odd ones apart (<see cref="ActivationRows.Q"/>), or bytes in order.</summary>
        static abstract bool Words { get; }

        /// <summary>Adds the products of eight outputs' step to sums of int32, or of int16 where <see cref="Shorts"/> says so.</summary>
        static abstract Vector256<int> Add<TLayout>(Vector256<int> sum, Vector256<byte> values, byte* q, int step)
            where TLayout : struct, IBlockLayout;
    }

    private readonly struct Bytes : IMode
    {
        public static bool Words => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add<TLayout>(Vector256<int> sum, Vector256<byte> values, byte* q, int step)
            where TLayout : struct, IBlockLayout
        {
            var x = Vector256.Create(((int*)q)[step]).AsSByte();
            if (!TLayout.Signed)
                return (sum.AsInt16() + Avx2.MultiplyAddAdjacent(values, x)).AsInt32();
            // Magnitudes times activations of the weights' signs, at most 2 * 128 * 127 = 32,512.
            var signed = values.AsSByte();
            return sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(signed), Avx2.Sign(x, signed)), Vector256<short>.One);
        }
    }

    private readonly struct Words16 : IMode
    {
        public static bool Words => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add<TLayout>(Vector256<int> sum, Vector256<byte> values, byte* q, int step)
            where TLayout : struct, IBlockLayout
        {
            var words = values.AsInt16();
            var even = TLayout.Signed ? Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(words, 8), 8) : words & Vector256.Create((short)255);
            var odd = TLayout.Signed ? Avx2.ShiftRightArithmetic(words, 8) : Avx2.ShiftRightLogical(words, 8);
            return sum + Avx2.MultiplyAddAdjacent(even, Vector256.Create(((int*)q)[step]).AsInt16())
                + Avx2.MultiplyAddAdjacent(odd, Vector256.Create(((int*)q)[step + 8]).AsInt16());
        }
    }
}
