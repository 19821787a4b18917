namespace Freehold.Kernels.Blocks;

/// <summary>
/// Takes one block apart by plain loops: the meaning of every quantised format, and the oracle of every vector unpacker.
/// Layouts are ggml's (ggml-common.h); values and scales are those of <c>dequantize_row_*</c> in ggml-quants.c.
/// </summary>
internal static unsafe class ScalarBlocks
{
    /// <summary>The fixed table of IQ4_NL and IQ4_XS (ggml-common.h, <c>kvalues_iq4nl</c>).</summary>
    internal static ReadOnlySpan<sbyte> NonLinear => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>E2M1 values doubled (ggml-common.h, <c>kvalues_mxfp4</c>); the block's scale is halved to match.</summary>
    internal static ReadOnlySpan<sbyte> E2M1 => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>
    /// Unpacks a block: a value is <c>scale[g] * q + minimum[g]</c>, where g is its group of 32 or 16.
    /// Formats without minimums leave <paramref name="minimum"/> untouched.
    /// </summary>
    /// <param name="type">A quantised type.</param>
    /// <param name="block">The block's first byte.</param>
    /// <param name="q">Takes the block's 32 or 256 values.</param>
    /// <param name="scale">Takes 1, 8 or 16 scales.</param>
    /// <param name="minimum">Takes as many minimum terms, signs included.</param>
    internal static void Unpack(TensorType type, byte* block, sbyte* q, float* scale, float* minimum)
    {
        switch (type)
        {
            case TensorType.Q4_0: Q4_0(block, q, scale); break;
            case TensorType.Q4_1: Q4_1(block, q, scale, minimum); break;
            case TensorType.Q5_0: Q5_0(block, q, scale); break;
            case TensorType.Q5_1: Q5_1(block, q, scale, minimum); break;
            case TensorType.Q8_0: Q8_0(block, q, scale); break;
            case TensorType.Q2_K: Q2_K(block, q, scale, minimum); break;
            case TensorType.Q3_K: Q3_K(block, q, scale); break;
            case TensorType.Q4_K: Q4_K(block, q, scale, minimum); break;
            case TensorType.Q5_K: Q5_K(block, q, scale, minimum); break;
            case TensorType.Q6_K: Q6_K(block, q, scale); break;
            case TensorType.IQ4_NL: IQ4_NL(block, q, scale); break;
            case TensorType.IQ4_XS: IQ4_XS(block, q, scale); break;
            case TensorType.MXFP4: MXFP4(block, q, scale); break;
            default: throw new NotSupportedException($"{type} is not a quantised type");
        }
    }

    /// <summary>Only the scales and minimum terms of a block, as <see cref="Unpack"/> gives them.</summary>
    internal static void Scales(TensorType type, byte* block, float* scale, float* minimum)
    {
        switch (type)
        {
            case TensorType.Q2_K: Q2Scales(block, scale, minimum); break;
            case TensorType.Q3_K: Q3Scales(block, scale); break;
            case TensorType.Q4_K or TensorType.Q5_K: ScalesK(block, scale, minimum); break;
            case TensorType.Q6_K: Q6Scales(block, scale); break;
            case TensorType.IQ4_XS: XsScales(block, scale); break;
            case TensorType.MXFP4: scale[0] = HalfE8M0(block[0]); break;
            case TensorType.Q4_1 or TensorType.Q5_1:
                scale[0] = F16(block);
                minimum[0] = F16(block + 2);
                break;
            default: scale[0] = F16(block); break;
        }
    }

    private static void Q2Scales(byte* b, float* scale, float* minimum)
    {
        float d = F16(b + 80), dmin = F16(b + 82);
        for (var g = 0; g < 16; g++)
        {
            scale[g] = d * (b[g] & 15);
            minimum[g] = -(dmin * (b[g] >> 4));
        }
    }

    private static void Q3Scales(byte* b, float* scale)
    {
        var d = F16(b + 108);
        for (var g = 0; g < 16; g++)
            scale[g] = d * Q3Scale(b + 96, g);
    }

    /// <summary>Scale j (0 to 15) of the 12 packed bytes of Q3_K, -32 to 31.</summary>
    internal static int Q3Scale(byte* s, int j)
    {
        var low = j < 8 ? s[j] & 15 : s[j - 8] >> 4;
        var high = s[8 + (j & 3)] >> 2 * (j >> 2) & 3;
        return (low | high << 4) - 32;
    }

    private static void Q6Scales(byte* b, float* scale)
    {
        var d = F16(b + 208);
        for (var g = 0; g < 16; g++)
            scale[g] = d * (sbyte)b[192 + g];
    }

    private static void XsScales(byte* b, float* scale)
    {
        var d = F16(b);
        for (var g = 0; g < 8; g++)
            scale[g] = d * XsScale(b, g);
    }

    /// <summary>Scale j (0 to 7) of an IQ4_XS block, -32 to 31.</summary>
    internal static int XsScale(byte* b, int j) => (b[4 + j / 2] >> 4 * (j & 1) & 15 | ((b[2] | b[3] << 8) >> 2 * j & 3) << 4) - 32;

    /// <summary>A little-endian binary16 as f32, exactly.</summary>
    internal static float F16(byte* p) => (float)BitConverter.UInt16BitsToHalf((ushort)(p[0] | p[1] << 8));

    /// <summary>Half the E8M0 scale 2^(e-127), as ggml's <c>GGML_E8M0_TO_FP32_HALF</c>: 2^(e-128), exactly.</summary>
    internal static float HalfE8M0(byte e) =>
        BitConverter.UInt32BitsToSingle(e < 2 ? 0x00200000u << e : (uint)(e - 1) << 23);

    /// <summary>Scale and minimum j (0 to 7) of the 12 packed bytes of Q4_K and Q5_K (<c>get_scale_min_k4</c>).</summary>
    internal static (int Scale, int Minimum) SixBits(byte* s, int j) => j < 4
        ? (s[j] & 63, s[j + 4] & 63)
        : (s[j + 4] & 15 | (s[j - 4] >> 6) << 4, s[j + 4] >> 4 | (s[j] >> 6) << 4);

    // f16 d, 16 bytes: low nibbles are values 0 to 15, high nibbles 16 to 31.
    private static void Q4_0(byte* b, sbyte* q, float* scale)
    {
        scale[0] = F16(b);
        for (var i = 0; i < 16; i++)
        {
            q[i] = (sbyte)((b[2 + i] & 15) - 8);
            q[i + 16] = (sbyte)((b[2 + i] >> 4) - 8);
        }
    }

    private static void Q4_1(byte* b, sbyte* q, float* scale, float* minimum)
    {
        scale[0] = F16(b);
        minimum[0] = F16(b + 2);
        for (var i = 0; i < 16; i++)
        {
            q[i] = (sbyte)(b[4 + i] & 15);
            q[i + 16] = (sbyte)(b[4 + i] >> 4);
        }
    }

    // f16 d, 32 fifth bits (bit i is value i's), 16 bytes of nibbles.
    private static void Q5_0(byte* b, sbyte* q, float* scale)
    {
        scale[0] = F16(b);
        FiveBits(b + 2, b + 6, 16, q);
    }

    private static void Q5_1(byte* b, sbyte* q, float* scale, float* minimum)
    {
        scale[0] = F16(b);
        minimum[0] = F16(b + 2);
        FiveBits(b + 4, b + 8, 0, q);
    }

    private static void FiveBits(byte* high, byte* low, int offset, sbyte* q)
    {
        for (var i = 0; i < 16; i++)
        {
            q[i] = (sbyte)((low[i] & 15 | (high[i >> 3] >> (i & 7) & 1) << 4) - offset);
            q[i + 16] = (sbyte)((low[i] >> 4 | (high[2 + (i >> 3)] >> (i & 7) & 1) << 4) - offset);
        }
    }

    private static void Q8_0(byte* b, sbyte* q, float* scale)
    {
        scale[0] = F16(b);
        for (var i = 0; i < 32; i++)
            q[i] = (sbyte)b[2 + i];
    }

    // 16 bytes (scale low nibble, minimum high), 64 bytes of 2-bit values, f16 d, f16 dmin.
    private static void Q2_K(byte* b, sbyte* q, float* scale, float* minimum)
    {
        Q2Scales(b, scale, minimum);
        for (var i = 0; i < 256; i++)
            q[i] = (sbyte)(b[16 + (i >> 7) * 32 + (i & 31)] >> (i >> 5 & 3) * 2 & 3);
    }

    // 32 bytes of third bits, 64 bytes of low 2 bits, 12 bytes of 6-bit scales, f16 d.
    private static void Q3_K(byte* b, sbyte* q, float* scale)
    {
        Q3Scales(b, scale);
        for (var i = 0; i < 256; i++)
        {
            var low = b[32 + (i >> 7) * 32 + (i & 31)] >> (i >> 5 & 3) * 2 & 3;
            var high = b[i & 31] >> (i >> 5) & 1;
            q[i] = (sbyte)(low - (high != 0 ? 0 : 4));
        }
    }

    // f16 d, f16 dmin, 12 bytes of 6-bit scales and minimums, 128 bytes of nibbles (64 values to each 32 bytes, low first).
    private static void Q4_K(byte* b, sbyte* q, float* scale, float* minimum)
    {
        ScalesK(b, scale, minimum);
        for (var i = 0; i < 256; i++)
            q[i] = (sbyte)(b[16 + (i >> 6) * 32 + (i & 31)] >> (i >> 5 & 1) * 4 & 15);
    }

    // As Q4_K, with 32 bytes of fifth bits before the nibbles: bit g of byte i belongs to value i of group g.
    private static void Q5_K(byte* b, sbyte* q, float* scale, float* minimum)
    {
        ScalesK(b, scale, minimum);
        for (var i = 0; i < 256; i++)
        {
            var low = b[48 + (i >> 6) * 32 + (i & 31)] >> (i >> 5 & 1) * 4 & 15;
            q[i] = (sbyte)(low | (b[16 + (i & 31)] >> (i >> 5) & 1) << 4);
        }
    }

    private static void ScalesK(byte* b, float* scale, float* minimum)
    {
        float d = F16(b), dmin = F16(b + 2);
        for (var g = 0; g < 8; g++)
        {
            var (s, m) = SixBits(b + 4, g);
            scale[g] = d * s;
            minimum[g] = -(dmin * m);
        }
    }

    // 128 bytes of low nibbles, 64 bytes of high 2 bits, 16 int8 scales, f16 d.
    private static void Q6_K(byte* b, sbyte* q, float* scale)
    {
        Q6Scales(b, scale);
        for (var i = 0; i < 256; i++)
        {
            // Each half of 128: four runs of 32; runs 0 and 1 are low nibbles of 64 bytes, 2 and 3 their high nibbles.
            int half = i >> 7, run = i >> 5 & 3, l = i & 31;
            var low = b[half * 64 + (run & 1) * 32 + l] >> (run >> 1) * 4 & 15;
            var high = b[128 + half * 32 + l] >> run * 2 & 3;
            q[i] = (sbyte)((low | high << 4) - 32);
        }
    }

    private static void IQ4_NL(byte* b, sbyte* q, float* scale)
    {
        scale[0] = F16(b);
        for (var i = 0; i < 16; i++)
        {
            q[i] = NonLinear[b[2 + i] & 15];
            q[i + 16] = NonLinear[b[2 + i] >> 4];
        }
    }

    // f16 d, 16 bits of high scale bits, 4 bytes of low scale nibbles, 8 groups of 16 bytes of nibbles.
    private static void IQ4_XS(byte* b, sbyte* q, float* scale)
    {
        XsScales(b, scale);
        for (var g = 0; g < 8; g++)
        {
            for (var i = 0; i < 16; i++)
            {
                q[g * 32 + i] = NonLinear[b[8 + g * 16 + i] & 15];
                q[g * 32 + i + 16] = NonLinear[b[8 + g * 16 + i] >> 4];
            }
        }
    }

    private static void MXFP4(byte* b, sbyte* q, float* scale)
    {
        scale[0] = HalfE8M0(b[0]);
        for (var i = 0; i < 16; i++)
        {
            q[i] = E2M1[b[1 + i] & 15];
            q[i + 16] = E2M1[b[1 + i] >> 4];
        }
    }
}
