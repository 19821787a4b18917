using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Blocks;

/// <summary>One quantised type taken apart in 256-bit registers; <see cref="ScalarBlocks"/> says what it must give.</summary>
internal unsafe interface IVectorBlock
{
    /// <summary>The type.</summary>
    static abstract TensorType Type { get; }

    /// <summary>Where in a block the f16 scale lies; used where <see cref="SimpleScale"/>.</summary>
    static virtual int ScaleOffset => 0;

    /// <summary>Whether a block is 32 values whose scale is one f16 and whose minimum, if any, is the f16 behind it.</summary>
    static abstract bool SimpleScale { get; }

    /// <summary>Values 32 * chunk to 32 * chunk + 31 of a block.</summary>
    static abstract Vector256<sbyte> Values(byte* block, int chunk);
}
