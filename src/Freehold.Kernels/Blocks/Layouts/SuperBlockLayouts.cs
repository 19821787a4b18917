using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>16 bytes of scales (low nibble) and minimums (high); 64 bytes of 2-bit values; f16 d, f16 dmin.</summary>
internal readonly unsafe struct Q2_KLayout : IBlockLayout
{
    public static int BlockBytes => 84;
    public static int BlockRuns => 8;
    public static bool Halves => true;
    public static bool HasMinimum => true;
    public static bool Signed => false;
    public static int Offset => 0;
    public static int Largest => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.Field(block + 16 + 32 * (run >> 2), 2 * (run & 3), 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        var bytes = stackalloc ulong[32];
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += 16 * step, minimum += 16 * step)
        {
            for (var r = 0; r < 8; r++)
            {
                var block = rows[r] + offset;
                bytes[r] = *(ulong*)block & 0x0F0F0F0F0F0F0F0F;
                bytes[r + 8] = *(ulong*)(block + 8) & 0x0F0F0F0F0F0F0F0F;
                bytes[r + 16] = *(ulong*)block >> 4 & 0x0F0F0F0F0F0F0F0F;
                bytes[r + 24] = *(ulong*)(block + 8) >> 4 & 0x0F0F0F0F0F0F0F0F;
            }
            var d = ScaleLanes.Half(rows, offset + 80);
            ScaleLanes.Bytes(bytes, d, scale, step, negate: false);
            ScaleLanes.Bytes(bytes + 8, d, scale + 8 * step, step, negate: false);
            d = ScaleLanes.Half(rows, offset + 82);
            ScaleLanes.Bytes(bytes + 16, d, minimum, step, negate: true);
            ScaleLanes.Bytes(bytes + 24, d, minimum + 8 * step, step, negate: true);
        }
    }
}

/// <summary>32 bytes of third bits; 64 bytes of 2-bit values; 12 bytes of 6-bit scales less 32; f16 d; values less 4.</summary>
internal readonly unsafe struct Q3_KLayout : IBlockLayout
{
    public static int BlockBytes => 110;
    public static int BlockRuns => 8;
    public static bool Halves => true;
    public static bool HasMinimum => false;
    public static bool Signed => false;
    public static int Offset => 4;
    public static int Largest => 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.Field(block + 32 + 32 * (run >> 2), 2 * (run & 3), 3)
        | (Nibbles.Field(block, run, 1).AsUInt16() << 2).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        var bytes = stackalloc ulong[16];
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += 16 * step)
        {
            for (var r = 0; r < 8; r++)
            {
                var block = rows[r] + offset;
                var low = *(ulong*)(block + 96);
                ulong high = *(uint*)(block + 104);
                bytes[r] = Nibbles.Minus32(low & 0x0F0F0F0F0F0F0F0F | (high & 0x03030303 | (high >> 2 & 0x03030303) << 32) << 4);
                bytes[r + 8] = Nibbles.Minus32(low >> 4 & 0x0F0F0F0F0F0F0F0F | (high >> 4 & 0x03030303 | (high >> 6 & 0x03030303) << 32) << 4);
            }
            var d = ScaleLanes.Half(rows, offset + 108);
            ScaleLanes.Bytes(bytes, d, scale, step, negate: false);
            ScaleLanes.Bytes(bytes + 8, d, scale + 8 * step, step, negate: false);
        }
    }
}

/// <summary>f16 d, f16 dmin; 12 bytes of 6-bit scales and minimums; 128 bytes of nibbles.</summary>
internal readonly unsafe struct Q4_KLayout : IBlockLayout
{
    public static int BlockBytes => 144;
    public static int BlockRuns => 8;
    public static bool Halves => false;
    public static bool HasMinimum => true;
    public static bool Signed => false;
    public static int Offset => 0;
    public static int Largest => 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.Field(block + 16 + 32 * (run >> 1), 4 * (run & 1), 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        var bytes = stackalloc ulong[16];
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += 8 * step, minimum += 8 * step)
        {
            for (var r = 0; r < 8; r++)
            {
                var block = rows[r] + offset;
                uint s0 = *(uint*)(block + 4), s1 = *(uint*)(block + 8), s2 = *(uint*)(block + 12);
                bytes[r] = s0 & 0x3F3F3F3F | (ulong)(s2 & 0x0F0F0F0F | (s0 >> 6 & 0x03030303) << 4) << 32;
                bytes[r + 8] = s1 & 0x3F3F3F3F | (ulong)(s2 >> 4 & 0x0F0F0F0F | (s1 >> 6 & 0x03030303) << 4) << 32;
            }
            var d = ScaleLanes.Half(rows, offset);
            ScaleLanes.Bytes(bytes, d, scale, step, negate: false);
            d = ScaleLanes.Half(rows, offset + 2);
            ScaleLanes.Bytes(bytes + 8, d, minimum, step, negate: true);
        }
    }
}

/// <summary>As Q4_K, with 32 bytes of fifth bits before the nibbles.</summary>
internal readonly unsafe struct Q5_KLayout : IBlockLayout
{
    public static int BlockBytes => 176;
    public static int BlockRuns => 8;
    public static bool Halves => false;
    public static bool HasMinimum => true;
    public static bool Signed => false;
    public static int Offset => 0;
    public static int Largest => 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.Field(block + 48 + 32 * (run >> 1), 4 * (run & 1), 15)
        | (Nibbles.Field(block + 16, run, 1).AsUInt16() << 4).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        var bytes = stackalloc ulong[16];
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += 8 * step, minimum += 8 * step)
        {
            for (var r = 0; r < 8; r++)
            {
                var block = rows[r] + offset;
                uint s0 = *(uint*)(block + 4), s1 = *(uint*)(block + 8), s2 = *(uint*)(block + 12);
                bytes[r] = s0 & 0x3F3F3F3F | (ulong)(s2 & 0x0F0F0F0F | (s0 >> 6 & 0x03030303) << 4) << 32;
                bytes[r + 8] = s1 & 0x3F3F3F3F | (ulong)(s2 >> 4 & 0x0F0F0F0F | (s1 >> 6 & 0x03030303) << 4) << 32;
            }
            var d = ScaleLanes.Half(rows, offset);
            ScaleLanes.Bytes(bytes, d, scale, step, negate: false);
            d = ScaleLanes.Half(rows, offset + 2);
            ScaleLanes.Bytes(bytes + 8, d, minimum, step, negate: true);
        }
    }
}

/// <summary>128 bytes of low nibbles; 64 bytes of high 2 bits; 16 int8 scales; f16 d; values less 32.</summary>
internal readonly unsafe struct Q6_KLayout : IBlockLayout
{
    public static int BlockBytes => 210;
    public static int BlockRuns => 8;
    public static bool Halves => true;
    public static bool HasMinimum => false;
    public static bool Signed => false;
    public static int Offset => 32;
    public static int Largest => 63;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Values(byte* block, int run) => Nibbles.Field(block + 64 * (run >> 2) + 32 * (run & 1), 2 * (run & 2), 15)
        | (Nibbles.Field(block + 128 + 32 * (run >> 2), 2 * (run & 3), 3).AsUInt16() << 4).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step)
    {
        var bytes = stackalloc ulong[16];
        for (var b = 0; b < blocks; b++, offset += BlockBytes, scale += 16 * step)
        {
            for (var r = 0; r < 8; r++)
            {
                var block = rows[r] + offset;
                bytes[r] = *(ulong*)(block + 192);
                bytes[r + 8] = *(ulong*)(block + 200);
            }
            var d = ScaleLanes.Half(rows, offset + 208);
            ScaleLanes.Bytes(bytes, d, scale, step, negate: false);
            ScaleLanes.Bytes(bytes + 8, d, scale + 8 * step, step, negate: false);
        }
    }
}
