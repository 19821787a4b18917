using System.Buffers.Binary;
using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A panel's stretch times sixteen rows in AMX, for types with one scale per 32: the chains of docs/numerics.md, 16 rows by 16 outputs at once, twice.
/// <code>
/// tmm0 to 3    sums of a group, 16 rows of 16 int32, by turns
/// tmm4, 5      activations, 16 rows of 32 bytes, by turns
/// tmm6, 7      weights, 8 steps of 16 outputs of 4 bytes, by turns
/// zmm16 to 31  the chains, one register a row
/// zmm0 to 13   sums as floats, and scales times d
/// zmm14, 15    scales and minimums of 16 outputs
/// </code>
/// Tiles and vector registers meet only in memory: the sums go through a ring of four tiles, and those that are linked now were stored some groups
/// before, so that they have reached the cache. A tile product of 32 inputs takes as long as one of 64, 16 cycles, its 57 loads 28 and its links 24: were all
/// to overlap, 28 cycles would do what takes <see cref="VnniPanel"/> 88.
/// </summary>
internal static class TilePanel
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 16;

    private const int Turns = 4;
    private const int TileBytes = 1024;
    private const int PanelBytes = 1024;
    private const int RowBytes = 128;
    private const int ActivationBytes = 512;

    /// <summary>The routine that configures the calling thread's tiles; its argument points at <see cref="Configuration"/>.</summary>
    internal const int Configure = 0;

    /// <summary>The routine that multiplies; its argument is a <see cref="TileCall"/>.</summary>
    internal const int Multiply = 1;

    /// <summary>The routine that gives the thread's tiles back, so that the system need not save them; its argument is not read.</summary>
    internal const int Release = 2;

    /// <summary>What LDTILECFG reads (Intel SDM volume 2A): palette 1, then each tile's bytes a row and rows.</summary>
    internal static byte[] Configuration()
    {
        var configuration = new byte[64];
        configuration[0] = 1;
        for (var tile = 0; tile < 8; tile++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(configuration.AsSpan(16 + 2 * tile), (ushort)(tile is 4 or 5 ? 32 : 64));
            configuration[48 + tile] = (byte)(tile >= 6 ? 8 : Rows);
        }
        return configuration;
    }

    /// <summary>The routines: <see cref="Configure"/>, <see cref="Multiply"/>, <see cref="Release"/>.</summary>
    internal static byte[][] Routines(TileShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Depth, Turns - 1);
        var configure = new Assembler(64);
        configure.ldtilecfg(__[rdi]);
        configure.ret();
        var release = new Assembler(64);
        release.tilerelease();
        release.ret();
        return [configure.Bytes(), Emit(shape), release.Bytes()];
    }

    private static byte[] Emit(TileShape shape)
    {
        var c = new Assembler(64);
        AssemblerRegister64 panel = rsi, scale = rdx, minimum = rcx, q = r8, d = r9, dsums = r10, y = r11, ring = rbx, next = rbp, count = rdi;
        AssemblerRegister64 panelRow = r12, tileRow = r13, activationRow = r14, call = r15;
        AssemblerRegister64[] kept = [rbx, rbp, r12, r13, r14, r15];
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3], activations = [tmm4, tmm5], weights = [tmm6, tmm7];
        foreach (var register in kept)
            c.push(register);
        c.mov(call, rdi);
        c.mov(y, __qword_ptr[call + 48]);
        c.mov(ring, __qword_ptr[call + 56]);
        c.mov(next, __qword_ptr[call + 64]);
        c.mov(panelRow, RowBytes);
        c.mov(tileRow, 64);
        c.mov(activationRow, 32);
        for (var half = 0; half < 2; half++)
            Outputs(half);
        c.vzeroupper();
        foreach (var register in kept.Reverse())
            c.pop(register);
        c.ret();
        return c.Bytes();

        void Outputs(int half)
        {
            c.mov(panel, __qword_ptr[call]);
            c.mov(scale, __qword_ptr[call + 8]);
            if (shape.Minimum)
            {
                c.mov(minimum, __qword_ptr[call + 16]);
                c.mov(dsums, __qword_ptr[call + 40]);
            }
            c.mov(q, __qword_ptr[call + 24]);
            c.mov(d, __qword_ptr[call + 32]);
            c.mov(count, __qword_ptr[call + 72]);
            for (var r = 0; r < Rows; r++)
                c.vmovups(Zmm(16 + r), __zmmword_ptr[y + r * RowBytes + half * 64]);
            for (var turn = 0; turn < shape.Depth; turn++)
                Multiply(turn, half);
            var loop = c.CreateLabel();
            var last = c.CreateLabel();
            c.sub(count, Turns);
            c.je(last);
            c.Label(ref loop);
            for (var turn = 0; turn < Turns; turn++)
            {
                Multiply(turn + shape.Depth, half);
                Link(turn, half);
            }
            Advance(half);
            c.sub(count, Turns);
            c.jne(loop);
            c.Label(ref last);
            for (var turn = 0; turn < Turns; turn++)
            {
                if (turn + shape.Depth < Turns)
                    Multiply(turn + shape.Depth, half);
                Link(turn, half);
            }
            for (var r = 0; r < Rows; r++)
                c.vmovups(__zmmword_ptr[y + r * RowBytes + half * 64], Zmm(16 + r));
        }

        void Multiply(int group, int half)
        {
            var (sum, left, right) = (sums[group % Turns], activations[group % 2], weights[group % 2]);
            c.tileloadd(left, __[q + activationRow + group * ActivationBytes]);
            c.tileloadd(right, __[panel + panelRow + group * PanelBytes + half * 64]);
            c.tilezero(sum);
            c.tdpbssd(sum, left, right);
            c.tilestored(__[ring + tileRow + group % Turns * TileBytes], sum);
        }

        // y = fma((float)isum, scale * d, y); y = fma(minimum, dsum, y)
        void Link(int group, int half)
        {
            c.vmovups(zmm14, __zmmword_ptr[scale + group * RowBytes + half * 64]);
            if (shape.Minimum)
                c.vmovups(zmm15, __zmmword_ptr[minimum + group * RowBytes + half * 64]);
            for (var r = 0; r < Rows; r++)
            {
                var (sum, product) = (Zmm(r % 7), Zmm(7 + r % 7));
                c.vcvtdq2ps(sum, __zmmword_ptr[ring + group * TileBytes + r * 64]);
                c.vmulps(product, zmm14, __dword_bcst[d + group * Rows * 4 + r * 4]);
                c.vfmadd231ps(Zmm(16 + r), sum, product);
                if (shape.Minimum)
                    c.vfmadd231ps(Zmm(16 + r), zmm15, __dword_bcst[dsums + group * Rows * 4 + r * 4]);
                if (half == 0 && r % 2 == 0)
                    c.prefetcht0(__byte_ptr[next + group * ActivationBytes + r / 2 * 64]);
            }
        }

        void Advance(int half)
        {
            c.add(panel, Turns * PanelBytes);
            c.add(scale, Turns * RowBytes);
            c.add(q, Turns * ActivationBytes);
            c.add(d, Turns * Rows * 4);
            if (shape.Minimum)
            {
                c.add(minimum, Turns * RowBytes);
                c.add(dsums, Turns * Rows * 4);
            }
            if (half == 0)
                c.add(next, Turns * ActivationBytes);
        }
    }
}
