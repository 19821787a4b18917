using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Unpacks a panel's blocks for kernels of generated code.</summary>
internal static unsafe class LossyBlocks<TCodes>
    where TCodes : struct, ILossyCodes
{
    /// <summary>Writes blocks as [16 quads][16 outputs][4 bytes].</summary>
    /// <param name="block">The first.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="to">Takes them.</param>
    /// <param name="flip">Bits of each byte to turn over: 0 leaves int8, 0x80 makes it unsigned by 128.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack(byte* block, int blocks, byte* to, byte flip = 0)
    {
        const int Steps = LossyFormat.Group / 4, Half = LossyFormat.Outputs / 2 * 4;
        var flips = Vector256.Create(flip);
        for (; blocks > 0; blocks--, block += TCodes.Format.BlockBytes)
            for (var group = 0; group < LossyFormat.Block / LossyFormat.Group; group++, to += Steps * 2 * Half)
                for (var half = 0; half < 2; half++)
                    TCodes.Unpack(block, group, half, flips, to + half * Half, 2 * Half);
    }
}
