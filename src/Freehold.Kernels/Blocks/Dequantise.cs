namespace Freehold.Kernels.Blocks;

/// <summary>Turns stored rows back into f32, value for value as ggml's <c>dequantize_row_*</c> defines them.</summary>
public static unsafe class Dequantise
{
    /// <summary>Dequantises <paramref name="n"/> values.</summary>
    /// <param name="type">How they are stored.</param>
    /// <param name="src">The first block.</param>
    /// <param name="dst">Takes the floats.</param>
    /// <param name="n">How many; a whole number of blocks.</param>
    /// <exception cref="NotSupportedException">The type is unknown to this engine.</exception>
    /// <exception cref="ArgumentException"><paramref name="n"/> is not a whole number of blocks.</exception>
    public static void Row(TensorType type, byte* src, float* dst, int n)
    {
        var format = BlockFormat.Of(type);
        _ = format.RowBytes(n);
        switch (type)
        {
            case TensorType.F32:
                Buffer.MemoryCopy(src, dst, (long)n * 4, (long)n * 4);
                break;
            case TensorType.F16:
                for (var i = 0; i < n; i++)
                    dst[i] = ScalarBlocks.F16(src + 2 * i);
                break;
            case TensorType.BF16:
                for (var i = 0; i < n; i++)
                    dst[i] = BitConverter.UInt32BitsToSingle((uint)(src[2 * i] << 16 | src[2 * i + 1] << 24));
                break;
            default:
                Blocks(format, src, dst, n);
                break;
        }
    }

    private static void Blocks(BlockFormat format, byte* src, float* dst, int n)
    {
        var q = stackalloc sbyte[256];
        var scale = stackalloc float[16];
        var minimum = stackalloc float[16];
        var shift = format.ScaleGroup == 16 ? 4 : 5;
        for (var start = 0; start < n; start += format.BlockLength, src += format.BlockBytes)
        {
            ScalarBlocks.Unpack(format.Type, src, q, scale, minimum);
            for (var i = 0; i < format.BlockLength; i++)
            {
                var value = scale[i >> shift] * q[i];
                dst[start + i] = format.HasMinimum ? value + minimum[i >> shift] : value;
            }
        }
    }
}
