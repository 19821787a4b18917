using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products;

/// <summary>Quantises activations in blocks of 32 (docs/numerics.md, "Activations").</summary>
internal static unsafe class Quantiser
{
    /// <summary>Quantises one row: values, scales and exact sums of 16.</summary>
    internal static void Row(InstructionSet isa, ActivationRows rows, int row)
    {
        var groups = rows.Groups;
        var x = rows.X + row * rows.Stride;
        var q = rows.Q + (long)row * rows.Columns;
        var q8 = rows.Bits == ActivationBits.Eight ? rows.Q8 + (long)row * rows.Columns : null;
        var d = rows.D + (long)row * groups;
        var sums = rows.Sums + (long)row * groups * 2;
        var limit = rows.Bits == ActivationBits.Eight ? 127f : 16256f;
        var values = stackalloc short[32];
        for (var g = 0; g < groups; g++)
        {
            Block(isa, x + g * 32, limit, values, d + g, sums + 2 * g);
            Split(values, q + g * 32, q8 is null ? null : q8 + g * 32);
            if (q8 is null && AdvSimd.Arm64.IsSupported)
                AdvSimdQuantiser.Planes(values, rows.Planes + ((long)row * groups + g) * 64);
        }
    }

    /// <summary>Quantises one block of 32 to 8 bits, in order.</summary>
    internal static void Eight(InstructionSet isa, float* x, short* q, float* d)
    {
        var sums = stackalloc int[2];
        Block(isa, x, 127, q, d, sums);
    }

    private static void Block(InstructionSet isa, float* x, float limit, short* q, float* d, int* sums)
    {
        if (InstructionSets.BuildsOnAvx2(isa))
            Block256(x, limit, q, d, sums);
        else if (isa == InstructionSet.AdvSimd)
            AdvSimdQuantiser.Block(x, limit, q, d, sums);
        else
            Block(x, limit, q, d, sums);
    }

    /// <summary>Stores a block as <see cref="ActivationRows"/> keeps it: even values before odd ones, and bytes in order.</summary>
    private static void Split(short* values, short* q, sbyte* q8)
    {
        Vector256<int> first = Vector256.Load((int*)values), second = Vector256.Load((int*)values + 8);
        Vector256.Narrow(first << 16 >> 16, second << 16 >> 16).Store(q);
        Vector256.Narrow(first >> 16, second >> 16).Store(q + 16);
        if (q8 is not null)
            Vector256.Narrow(first.AsInt16(), second.AsInt16()).Store(q8);
    }

    /// <summary>The oracle: one block of 32.</summary>
    internal static void Block(float* x, float limit, short* q, float* d, int* sums)
    {
        uint amaxBits = 0;
        for (var i = 0; i < 32; i++)
            amaxBits = Math.Max(amaxBits, BitConverter.SingleToUInt32Bits(x[i]) & 0x7FFFFFFF);
        var amax = BitConverter.UInt32BitsToSingle(amaxBits);
        var inverse = limit / amax;
        sums[0] = sums[1] = 0;
        if (amaxBits >= 0x7F800000 || amaxBits == 0 || !float.IsFinite(inverse))
        {
            // Infinity and NaN poison the block's scale; zero, and what is too small to divide by, is zero.
            for (var i = 0; i < 32; i++)
                q[i] = 0;
            *d = amaxBits >= 0x7F800000 ? float.NaN : 0;
            return;
        }
        *d = amax / limit;
        var bound = (int)limit;
        for (var i = 0; i < 32; i++)
        {
            var value = Math.Clamp((int)MathF.Round(x[i] * inverse), -bound, bound);
            q[i] = (short)value;
            sums[i >> 4] += value;
        }
    }

    /// <summary>One block of 32 in AVX2; what the oracle treats apart, it does.</summary>
    private static void Block256(float* x, float limit, short* q, float* d, int* sums)
    {
        Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8), x2 = Vector256.Load(x + 16), x3 = Vector256.Load(x + 24);
        var magnitude = Vector256.Create(0x7FFFFFFF);
        var largest = Avx2.Max(
            Avx2.Max(x0.AsInt32() & magnitude, x1.AsInt32() & magnitude), Avx2.Max(x2.AsInt32() & magnitude, x3.AsInt32() & magnitude));
        var four = Sse41.Max(largest.GetLower(), largest.GetUpper());
        four = Sse41.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        four = Sse41.Max(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
        var amax = BitConverter.Int32BitsToSingle(four.ToScalar());
        var inverse = limit / amax;
        if (!float.IsFinite(amax) || !float.IsFinite(inverse))
        {
            Block(x, limit, q, d, sums);
            return;
        }
        *d = amax / limit;
        var by = Vector256.Create(inverse);
        var (low, high) = (Vector256.Create(-(int)limit), Vector256.Create((int)limit));
        var i0 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(x0 * by), low), high);
        var i1 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(x1 * by), low), high);
        var i2 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(x2 * by), low), high);
        var i3 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(x3 * by), low), high);
        sums[0] = Vector256.Sum(i0 + i1);
        sums[1] = Vector256.Sum(i2 + i3);
        // Packing works within halves of the register; the permutation puts the values in order.
        Avx2.Permute4x64(Avx2.PackSignedSaturate(i0, i1).AsInt64(), 0b11_01_10_00).AsInt16().Store(q);
        Avx2.Permute4x64(Avx2.PackSignedSaturate(i2, i3).AsInt64(), 0b11_01_10_00).AsInt16().Store(q + 16);
    }
}
