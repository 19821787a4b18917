namespace Freehold.Kernels.Blocks;

/// <summary>The geometry of a <see cref="TensorType"/>: how many values a block holds and how many bytes it takes.</summary>
/// <param name="Type">The type described.</param>
/// <param name="BlockLength">Values in one block.</param>
/// <param name="BlockBytes">Bytes of one block.</param>
/// <param name="ScaleGroup">Values that share one scale: 32 or 16; 0 for the float types.</param>
/// <param name="HasMinimum">Whether each group adds a minimum.</param>
public readonly record struct BlockFormat(TensorType Type, int BlockLength, int BlockBytes, int ScaleGroup, bool HasMinimum)
{
    /// <summary>Whether the values are plain floats (F32, F16, BF16).</summary>
    public bool IsFloat => ScaleGroup == 0;

    /// <summary>Finds the format of <paramref name="type"/>; false when this engine does not know it.</summary>
    public static bool TryGet(TensorType type, out BlockFormat format)
    {
        format = type switch
        {
            TensorType.F32 => new(type, 1, 4, 0, false),
            TensorType.F16 => new(type, 1, 2, 0, false),
            TensorType.BF16 => new(type, 1, 2, 0, false),
            TensorType.Q4_0 => new(type, 32, 18, 32, false),
            TensorType.Q4_1 => new(type, 32, 20, 32, true),
            TensorType.Q5_0 => new(type, 32, 22, 32, false),
            TensorType.Q5_1 => new(type, 32, 24, 32, true),
            TensorType.Q8_0 => new(type, 32, 34, 32, false),
            TensorType.Q2_K => new(type, 256, 84, 16, true),
            TensorType.Q3_K => new(type, 256, 110, 16, false),
            TensorType.Q4_K => new(type, 256, 144, 32, true),
            TensorType.Q5_K => new(type, 256, 176, 32, true),
            TensorType.Q6_K => new(type, 256, 210, 16, false),
            TensorType.IQ4_NL => new(type, 32, 18, 32, false),
            TensorType.IQ4_XS => new(type, 256, 136, 32, false),
            TensorType.MXFP4 => new(type, 32, 17, 32, false),
            _ => default,
        };
        return format.BlockBytes != 0;
    }

    /// <summary>The format of <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">The type is unknown to this engine.</exception>
    public static BlockFormat Of(TensorType type) =>
        TryGet(type, out var format) ? format : throw new NotSupportedException($"tensor type {(int)type} is not supported");

    /// <summary>Bytes of a row of <paramref name="length"/> values; the length must be a whole number of blocks.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of <see cref="BlockLength"/>.</exception>
    public long RowBytes(long length) =>
        length % BlockLength == 0
            ? checked(length / BlockLength * BlockBytes)
            : throw new ArgumentException($"{Type} stores {BlockLength} values a block; a row of {length} is not a whole number of blocks");
}
