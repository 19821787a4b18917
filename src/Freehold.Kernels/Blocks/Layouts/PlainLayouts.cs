using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>f16 d; 16 bytes of nibbles, low ones first; values less 8.</summary>
internal readonly unsafe struct Q4_0Layout : IBlockLayout
{
    public static int BlockBytes => 18;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => false;
    public static bool Signed => false;
    public static int Offset => 8;
    public static int Largest => 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.LowThenHigh(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        ScaleLanes.Halves(rows, offset, blocks, 18, scale, step);
    }
}

/// <summary>f16 d, f16 m; 16 bytes of nibbles.</summary>
internal readonly unsafe struct Q4_1Layout : IBlockLayout
{
    public static int BlockBytes => 20;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => true;
    public static bool Signed => false;
    public static int Offset => 0;
    public static int Largest => 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.LowThenHigh(block + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        ScaleLanes.Halves(rows, offset, blocks, 20, scale, step);
        ScaleLanes.Halves(rows, offset + 2, blocks, 20, minimum, step);
    }
}

/// <summary>f16 d; 32 fifth bits; 16 bytes of nibbles; values less 16.</summary>
internal readonly unsafe struct Q5_0Layout : IBlockLayout
{
    public static int BlockBytes => 22;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => false;
    public static bool Signed => false;
    public static int Offset => 16;
    public static int Largest => 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.LowThenHigh(block + 6) | Nibbles.FifthBits(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        ScaleLanes.Halves(rows, offset, blocks, 22, scale, step);
    }
}

/// <summary>f16 d, f16 m; 32 fifth bits; 16 bytes of nibbles.</summary>
internal readonly unsafe struct Q5_1Layout : IBlockLayout
{
    public static int BlockBytes => 24;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => true;
    public static bool Signed => false;
    public static int Offset => 0;
    public static int Largest => 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.LowThenHigh(block + 8) | Nibbles.FifthBits(block + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        ScaleLanes.Halves(rows, offset, blocks, 24, scale, step);
        ScaleLanes.Halves(rows, offset + 2, blocks, 24, minimum, step);
    }
}

/// <summary>f16 d; 32 signed bytes.</summary>
internal readonly unsafe struct Q8_0Layout : IBlockLayout
{
    public static int BlockBytes => 34;
    public static int BlockRuns => 1;
    public static bool Halves => false;
    public static bool HasMinimum => false;
    public static bool Signed => true;
    public static int Offset => 0;
    public static int Largest => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Vector256.Load(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        ScaleLanes.Halves(rows, offset, blocks, 34, scale, step);
    }
}
