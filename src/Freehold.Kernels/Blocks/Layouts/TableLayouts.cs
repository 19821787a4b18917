using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>f16 d; 16 bytes of nibbles that index a fixed table of signed bytes.</summary>
internal readonly unsafe struct IQ4_NLLayout : IBlockLayout
{
    public static int BlockBytes => 18;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => false;
    public static bool Signed => true;
    public static int Offset => 0;
    public static int Largest => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Avx2.Shuffle(
        Vector256.Create(
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113).AsByte(),
        Nibbles.LowThenHigh(block + 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        ScaleLanes.Halves(rows, offset, blocks, 18, scale, step);
    }
}

/// <summary>f16 d; 16 high and 32 low scale bits; 8 times 16 bytes of nibbles that index the table.</summary>
internal readonly unsafe struct IQ4_XSLayout : IBlockLayout
{
    public static int BlockBytes => 136;
    public static int BlockRuns => 8;
    public static bool Halves => false;
    public static bool HasMinimum => false;
    public static bool Signed => true;
    public static int Offset => 0;
    public static int Largest => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Avx2.Shuffle(
        Vector256.Create(
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113).AsByte(),
        Nibbles.LowThenHigh(block + 8 + 16 * run));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        var bytes = stackalloc ulong[8];
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += 8 * step)
        {
            for (var r = 0; r < 8; r++)
            {
                var block = rows[r] + offset;
                bytes[r] = Nibbles.Minus32(Nibbles.Spread4(*(uint*)(block + 4)) | Nibbles.Spread2(*(ushort*)(block + 2)) << 4);
            }
            ScaleLanes.Bytes(bytes, ScaleLanes.Half(rows, offset), scale, step, negate: false);
        }
    }
}

/// <summary>E8M0 scale; 16 bytes of E2M1 nibbles: doubled and made unsigned by 12.</summary>
internal readonly unsafe struct MXFP4Layout : IBlockLayout
{
    public static int BlockBytes => 17;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => false;
    public static bool Signed => false;
    public static int Offset => 12;
    public static int Largest => 24;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Avx2.Shuffle(
        Vector256.Create(
            (byte)12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0,
            12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0),
        Nibbles.LowThenHigh(block + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += step)
            for (var r = 0; r < 8; r++)
                scale[r] = ScalarBlocks.HalfE8M0(rows[r][offset]);
    }
}
