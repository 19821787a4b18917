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
        for (var g = 0; g < groups; g++)
        {
            Block(x + g * 32, limit, q + g * 32, d + g, sums + 2 * g);
            if (q8 is not null)
                for (var i = 0; i < 32; i++)
                    q8[g * 32 + i] = (sbyte)q[g * 32 + i];
        }
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
}
