using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>Reads the scales of packed blocks into lanes of f32, as the block layouts read them from stored rows.</summary>
internal unsafe interface IPanelScales
{
    /// <summary>Bytes of a block's scales.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>
    /// Scales of eight outputs, half 0 or 1 of a panel: for each group of <paramref name="blocks"/> blocks eight floats at
    /// <paramref name="scale"/>, the next group's <paramref name="step"/> floats further. Minimum terms likewise, signs included.
    /// </summary>
    static abstract void Read(byte* block, int half, int blocks, float* scale, float* minimum, int step);
}

/// <summary>A binary16 scale a block.</summary>
internal readonly unsafe struct HalfScales : IPanelScales
{
    public static int BlockBytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* block, int half, int blocks, float* scale, float* minimum, int step)
    {
        for (block += 16 * half; blocks > 0; blocks--, block += 32, scale += step)
            ScaleLanes.Widen(Vector128.Load((ushort*)block)).Store(scale);
    }
}

/// <summary>A binary16 scale and a binary16 minimum a block.</summary>
internal readonly unsafe struct HalfMinimumScales : IPanelScales
{
    public static int BlockBytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* block, int half, int blocks, float* scale, float* minimum, int step)
    {
        for (block += 16 * half; blocks > 0; blocks--, block += 64, scale += step, minimum += step)
        {
            ScaleLanes.Widen(Vector128.Load((ushort*)block)).Store(scale);
            ScaleLanes.Widen(Vector128.Load((ushort*)(block + 32))).Store(minimum);
        }
    }
}

/// <summary>An E8M0 scale a block, halved as MXFP4's doubled values want it.</summary>
internal readonly unsafe struct E8M0Scales : IPanelScales
{
    public static int BlockBytes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* block, int half, int blocks, float* scale, float* minimum, int step)
    {
        for (block += 8 * half; blocks > 0; blocks--, block += 16, scale += step)
        {
            // As ScalarBlocks.HalfE8M0: below 2 the number is subnormal.
            var e = Avx2.ConvertToVector256Int32(block);
            var normal = (e - Vector256<int>.One) << 23;
            var tiny = Avx2.ShiftLeftLogicalVariable(Vector256.Create(0x00200000), e.AsUInt32());
            Vector256.ConditionalSelect(Vector256.LessThan(e, Vector256.Create(2)), tiny, normal).AsSingle().Store(scale);
        }
    }
}

/// <summary>K-quants: binary16 d (and dmin) a block, times a signed byte (and a byte) a group.</summary>
internal readonly unsafe struct SuperScales<T> : IPanelScales
    where T : struct, IBlockLayout
{
    private static int Groups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Halves ? 16 : 8;
    }

    public static int BlockBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (T.HasMinimum ? 2 : 1) * (32 + 16 * Groups);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* block, int half, int blocks, float* scale, float* minimum, int step)
    {
        for (; blocks > 0; blocks--, block += BlockBytes)
        {
            var d = ScaleLanes.Widen(Vector128.Load((ushort*)(block + 16 * half)));
            var bytes = block + (T.HasMinimum ? 64 : 32) + 8 * half;
            for (var g = 0; g < Groups; g++, bytes += 16, scale += step)
                (d * Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32((sbyte*)bytes))).Store(scale);
            if (!T.HasMinimum)
                continue;
            var dmin = ScaleLanes.Widen(Vector128.Load((ushort*)(block + 32 + 16 * half)));
            for (var g = 0; g < Groups; g++, bytes += 16, minimum += step)
                (-(dmin * Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(bytes)))).Store(minimum);
        }
    }
}
