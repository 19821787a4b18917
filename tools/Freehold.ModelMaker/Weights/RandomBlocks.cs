using System.Buffers.Binary;
using Freehold.Kernels.Blocks;

namespace Freehold.ModelMaker.Weights;

/// <summary>
/// Fills memory with random valid blocks of a type whose values have about a given deviation. Every bit of a block takes part, the scales'
/// high bits too. Layouts: ggml-common.h, <c>block_*</c>.
/// </summary>
public static class RandomBlocks
{
    /// <summary>Fills a whole number of blocks.</summary>
    /// <exception cref="NotSupportedException">The type is unknown.</exception>
    public static void Fill(Span<byte> blocks, TensorType type, double deviation, Randomness random)
    {
        var size = BlockFormat.Of(type).BlockBytes;
        for (; blocks.Length > 0; blocks = blocks[size..])
            FillOne(blocks[..size], type, deviation * random.Next(0.8, 1.2), random);
    }

    private static void FillOne(Span<byte> block, TensorType type, double deviation, Randomness random)
    {
        switch (type)
        {
            case TensorType.F32:
                BinaryPrimitives.WriteSingleLittleEndian(block, (float)(deviation * random.NextNormal()));
                return;
            case TensorType.F16:
                BinaryPrimitives.WriteHalfLittleEndian(block, (Half)(deviation * random.NextNormal()));
                return;
            case TensorType.BF16:
                // Truncation rounds towards zero, which is as random as any rounding here.
                BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)(BitConverter.SingleToUInt32Bits((float)(deviation * random.NextNormal())) >> 16));
                return;
        }

        random.Fill(block);
        var sign = random.Next(2) == 0 ? 1 : -1;
        // The divisors are the deviation of a block with scale 1: of the stored integers, times that of the groups' scales.
        switch (type)
        {
            case TensorType.Q8_0: Scale(block, 0, deviation / 73.9); break;
            case TensorType.Q4_0: Scale(block, 0, sign * deviation / 4.64); break;
            case TensorType.Q5_0: Scale(block, 0, sign * deviation / 9.25); break;
            case TensorType.IQ4_NL: Scale(block, 0, sign * deviation / 68); break;
            case TensorType.Q4_1: Affine(block, 0, deviation / 4.61, -7.5 * random.Next(0.9, 1.1)); break;
            case TensorType.Q5_1: Affine(block, 0, deviation / 9.23, -15.5 * random.Next(0.9, 1.1)); break;
            case TensorType.Q2_K:
                // Scale and minimum of a group close to each other, so that the values centre on zero: minimum 1.5 times the scale's step.
                for (var g = 0; g < 16; g++)
                {
                    var scale = 2 + random.Next(14);
                    block[g] = (byte)(scale | Near(scale, 15, random) << 4);
                }
                Affine(block, 80, deviation / 10.8, 1.5);
                break;
            case TensorType.Q3_K: Scale(block, 108, deviation / 43.4); break;
            case TensorType.Q4_K: PackScales(block.Slice(4, 12), random); Affine(block, 0, deviation / 172, 7.5); break;
            case TensorType.Q5_K: PackScales(block.Slice(4, 12), random); Affine(block, 0, deviation / 344, 15.5); break;
            case TensorType.Q6_K: Scale(block, 208, deviation / 1366); break;
            case TensorType.IQ4_XS: Scale(block, 0, deviation / 1258); break;
            case TensorType.MXFP4:
                // E8M0: a power of two; the nearest one or its neighbour.
                block[0] = (byte)(127 + (int)Math.Round(Math.Log2(deviation / 2.93)) - random.Next(2));
                break;
            default:
                throw new NotSupportedException($"no random blocks for {type}");
        }
    }

    private static void Scale(Span<byte> block, int at, double scale) => BinaryPrimitives.WriteHalfLittleEndian(block[at..], (Half)scale);

    private static void Affine(Span<byte> block, int at, double scale, double minimum)
    {
        Scale(block, at, scale);
        Scale(block, at + 2, scale * minimum);
    }

    private static int Near(int value, int limit, Randomness random) => Math.Clamp(value + random.Next(3) - 1, 0, limit);

    // Eight 6-bit scales and minimums in 12 bytes: ggml-quants.c, get_scale_min_k4.
    private static void PackScales(Span<byte> packed, Randomness random)
    {
        Span<int> scales = stackalloc int[8], minimums = stackalloc int[8];
        for (var g = 0; g < 8; g++)
        {
            scales[g] = 4 + random.Next(60);
            minimums[g] = Near(scales[g], 63, random);
        }
        for (var g = 0; g < 4; g++)
        {
            packed[g] = (byte)(scales[g] | scales[g + 4] >> 4 << 6);
            packed[g + 4] = (byte)(minimums[g] | minimums[g + 4] >> 4 << 6);
            packed[g + 8] = (byte)(scales[g + 4] & 15 | (minimums[g + 4] & 15) << 4);
        }
    }
}
