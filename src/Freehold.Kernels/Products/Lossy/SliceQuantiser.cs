using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Quantises activations for weights packed with loss: int8, one scale a slice, for w8 rotated by 64 before (docs/numerics.md, "Products packed with loss").</summary>
internal static unsafe class SliceQuantiser
{
    /// <summary>Quantises one row: values in both orders, a scale a slice, exact sums of 32.</summary>
    internal static void Row(InstructionSet isa, LossyFormat format, ActivationRows rows, int row)
    {
        var x = rows.X + row * rows.Stride;
        var q = rows.Q + (long)row * rows.Columns;
        var q8 = rows.Q8 + (long)row * rows.Columns;
        var d = rows.D + (long)row * rows.Slices;
        var sums = rows.Sums + (long)row * rows.Groups;
        bool avx2 = InstructionSets.BuildsOnAvx2(isa), advSimd = isa == InstructionSet.AdvSimd;
        var rotated = stackalloc float[LossyFormat.MaxSlice];
        for (var from = 0; from < rows.Columns; from += format.Slice)
        {
            var length = Math.Min(format.Slice, rows.Columns - from);
            var values = format.Rotates ? rotated : x + from;
            for (var block = 0; format.Rotates && block < length; block += Rotation.Length)
                Rotate(isa, x + from + block, rotated + block);
            var inverse = Inverse(advSimd ? AdvSimdSliceQuantiser.Largest(values, length) : Largest(values, length), d++);
            for (var at = 0; at < length; at += LossyFormat.Group)
            {
                var to = q8 + from + at;
                *sums++ = inverse == 0 ? Group(values + at, inverse, to)
                    : avx2 ? Group256(values + at, inverse, to)
                    : advSimd ? AdvSimdSliceQuantiser.Group(values + at, inverse, to)
                    : Group(values + at, inverse, to);
                // No kernel of Arm64 wants int16.
                if (!advSimd)
                    Split(to, q + from + at);
            }
        }
    }

    private static void Rotate(InstructionSet isa, float* x, float* to)
    {
        if (isa == InstructionSet.Scalar)
        {
            new Span<float>(x, Rotation.Length).CopyTo(new Span<float>(to, Rotation.Length));
            Rotation.Block(to);
        }
        else if (isa == InstructionSet.AdvSimd)
        {
            Rotation.Vectors128(x, to);
        }
        else
        {
            Rotation.Vectors(x, to);
        }
    }

    /// <summary>The largest absolute value's bits, compared as integers: an infinity or NaN is larger than every number.</summary>
    private static uint Largest(float* x, int length)
    {
        var largest = Vector256<int>.Zero;
        for (var i = 0; i < length; i += 8)
            largest = Vector256.Max(largest, Vector256.Load((int*)x + i) & Vector256.Create(0x7FFFFFFF));
        var most = 0;
        for (var i = 0; i < 8; i++)
            most = Math.Max(most, largest[i]);
        return (uint)most;
    }

    /// <summary>The slice's scale, and what its values are multiplied by: 0 where they cannot be (0, too small, infinite, NaN), as with blocks of 32.</summary>
    private static float Inverse(uint amaxBits, float* d)
    {
        var amax = BitConverter.UInt32BitsToSingle(amaxBits);
        var inverse = 127f / amax;
        if (amaxBits < 0x7F800000 && amaxBits != 0 && float.IsFinite(inverse))
        {
            *d = amax / 127f;
            return inverse;
        }
        *d = amaxBits >= 0x7F800000 ? float.NaN : 0;
        return 0;
    }

    /// <summary>The oracle: 32 values; gives their sum.</summary>
    private static int Group(float* x, float inverse, sbyte* q)
    {
        var sum = 0;
        for (var i = 0; i < LossyFormat.Group; i++)
        {
            var value = inverse == 0 ? 0 : Math.Clamp((int)MathF.Round(x[i] * inverse), -127, 127);
            q[i] = (sbyte)value;
            sum += value;
        }
        return sum;
    }

    private static int Group256(float* x, float inverse, sbyte* q)
    {
        var by = Vector256.Create(inverse);
        Vector256<int> low = Vector256.Create(-127), high = Vector256.Create(127);
        var i0 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(Vector256.Load(x) * by), low), high);
        var i1 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(Vector256.Load(x + 8) * by), low), high);
        var i2 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(Vector256.Load(x + 16) * by), low), high);
        var i3 = Avx2.Min(Avx2.Max(Avx.ConvertToVector256Int32(Vector256.Load(x + 24) * by), low), high);
        Vector256.Narrow(Vector256.Narrow(i0, i1), Vector256.Narrow(i2, i3)).Store(q);
        return Vector256.Sum(i0 + i1 + i2 + i3);
    }

    /// <summary>Even values before odd ones as int16, as <see cref="ActivationRows.Q"/> keeps a group.</summary>
    private static void Split(sbyte* q8, short* q)
    {
        var words = Vector256.Load((short*)q8);
        (words << 8 >> 8).Store(q);
        (words >> 8).Store(q + 16);
    }
}
