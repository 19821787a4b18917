using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>Takes the stored codes of a block apart: the unsigned numbers in the file, before any offset, table or scale.</summary>
internal static unsafe class BlockCodes
{
    private const uint Nibble = 0x0F0F0F0F;

    /// <summary>The codes of run <paramref name="run"/> of a block: 32 bytes in order, as eight dwords.</summary>
    internal static void Run(TensorType type, byte* block, int run, uint* codes)
    {
        switch (type)
        {
            case TensorType.Q8_0: Copy(block + 2, codes); break;
            case TensorType.Q4_0 or TensorType.IQ4_NL: Nibbles(block + 2, codes); break;
            case TensorType.Q4_1: Nibbles(block + 4, codes); break;
            case TensorType.MXFP4: Nibbles(block + 1, codes); break;
            case TensorType.IQ4_XS: Nibbles(block + 8 + 16 * run, codes); break;
            case TensorType.Q5_0:
                Nibbles(block + 6, codes);
                FifthBits(*(uint*)(block + 2), codes);
                break;
            case TensorType.Q5_1:
                Nibbles(block + 8, codes);
                FifthBits(*(uint*)(block + 4), codes);
                break;
            case TensorType.Q4_K: Field(block + 16 + 32 * (run >> 1), 4 * (run & 1), Nibble, 0, codes); break;
            case TensorType.Q5_K:
                Field(block + 48 + 32 * (run >> 1), 4 * (run & 1), Nibble, 0, codes);
                Field(block + 16, run, 0x01010101, 4, codes);
                break;
            case TensorType.Q6_K:
                Field(block + 64 * (run >> 2) + 32 * (run & 1), 2 * (run & 2), Nibble, 0, codes);
                Field(block + 128 + 32 * (run >> 2), 2 * (run & 3), 0x03030303, 4, codes);
                break;
            case TensorType.Q2_K: Field(block + 16 + 32 * (run >> 2), 2 * (run & 3), 0x03030303, 0, codes); break;
            case TensorType.Q3_K:
                Field(block + 32 + 32 * (run >> 2), 2 * (run & 3), 0x03030303, 0, codes);
                Field(block, run, 0x01010101, 2, codes);
                break;
            default: throw new NotSupportedException($"{type} is not packed");
        }
    }

    /// <summary>
    /// The scales of a block as <see cref="PackedFormat"/> keeps them: binary16 <paramref name="d"/> and <paramref name="m"/> (for MXFP4
    /// <paramref name="d"/> is the E8M0 byte), and for K-quants a scale byte and perhaps a minimum byte a group.
    /// </summary>
    internal static void Scales(TensorType type, byte* block, out ushort d, out ushort m, sbyte* scales, byte* minimums)
    {
        m = 0;
        switch (type)
        {
            case TensorType.MXFP4: d = block[0]; break;
            case TensorType.Q4_1 or TensorType.Q5_1: (d, m) = (*(ushort*)block, *(ushort*)(block + 2)); break;
            case TensorType.Q4_K or TensorType.Q5_K:
                (d, m) = (*(ushort*)block, *(ushort*)(block + 2));
                for (var g = 0; g < 8; g++)
                {
                    var (scale, minimum) = ScalarBlocks.SixBits(block + 4, g);
                    (scales[g], minimums[g]) = ((sbyte)scale, (byte)minimum);
                }
                break;
            case TensorType.Q2_K:
                (d, m) = (*(ushort*)(block + 80), *(ushort*)(block + 82));
                for (var g = 0; g < 16; g++)
                    (scales[g], minimums[g]) = ((sbyte)(block[g] & 15), (byte)(block[g] >> 4));
                break;
            case TensorType.Q3_K:
                d = *(ushort*)(block + 108);
                for (var g = 0; g < 16; g++)
                    scales[g] = (sbyte)ScalarBlocks.Q3Scale(block + 96, g);
                break;
            case TensorType.Q6_K:
                d = *(ushort*)(block + 208);
                for (var g = 0; g < 16; g++)
                    scales[g] = (sbyte)block[192 + g];
                break;
            case TensorType.IQ4_XS:
                d = *(ushort*)block;
                for (var g = 0; g < 8; g++)
                    scales[g] = (sbyte)ScalarBlocks.XsScale(block, g);
                break;
            default: d = *(ushort*)block; break;
        }
    }

    private static void Copy(byte* from, uint* codes)
    {
        for (var i = 0; i < 8; i++)
            codes[i] = ((uint*)from)[i];
    }

    private static void Nibbles(byte* from, uint* codes)
    {
        for (var i = 0; i < 4; i++)
        {
            var both = ((uint*)from)[i];
            codes[i] = both & Nibble;
            codes[i + 4] = both >> 4 & Nibble;
        }
    }

    // Bit i is value i's.
    private static void FifthBits(uint bits, uint* codes)
    {
        for (var i = 0; i < 8; i++, bits >>= 4)
            codes[i] |= (bits & 1 | (bits & 2) << 7 | (bits & 4) << 14 | (bits & 8) << 21) << 4;
    }

    private static void Field(byte* from, int shift, uint mask, int to, uint* codes)
    {
        for (var i = 0; i < 8; i++)
        {
            var field = (((uint*)from)[i] >> shift & mask) << to;
            codes[i] = to == 0 ? field : codes[i] | field;
        }
    }
}
