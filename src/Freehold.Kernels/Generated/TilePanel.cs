using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A panel's stretch times sixteen rows in AMX, for types with one scale per 32: the chains of docs/numerics.md, 16 rows by 16 outputs at once.
/// <code>
/// tmm0 to 3    sums of a group, 16 rows of 16 int32, by turns; with two planes two a group
/// tmm4, 5      activations, 16 rows of 32 bytes, by turns; with two planes high and low
/// tmm6, 7      weights, 8 steps of 16 outputs of 4 bytes, by turns
/// zmm16 to 31  the chains, one register a row
/// zmm0 to 13   sums as floats, and scales times d
/// zmm14, 15    scales and minimums of 16 outputs
/// </code>
/// Tiles and vector registers meet only in memory, and instructions retire in order; so each step of a group is taken some groups ahead of the next, and
/// none waits for long for the one before, nor holds up what follows:
/// <code>
/// for each group g   store the sums of g + 1, multiply g + Ahead, load g + Ahead + 1, link g
/// </code>
/// Sums go through two places in memory by turns; of two planes they are joined there, isum = 128 h + l. A tile product of 32 inputs takes as long as one of 64, 16 cycles; a group's 57 loads take 28 and its 48 float
/// operations 24 where two of each start in a cycle.
/// </summary>
internal static class TilePanel
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 16;

    /// <summary>Groups of a call are a multiple of this.</summary>
    internal const int Turns = 4;

    /// <summary>Bytes that a call's ring takes.</summary>
    internal const int RingBytes = 2 * 2 * TileBytes;

    /// <summary>Bytes of a group's weights.</summary>
    internal const int GroupBytes = 512;

    /// <summary>Bytes of a plane of a group's activations.</summary>
    internal const int PlaneBytes = 512;

    private const int TileBytes = 1024;
    private const int RowBytes = 64;

    /// <summary>What LDTILECFG reads for this code.</summary>
    internal static byte[] Configuration() => TileConfiguration.Describe(
        tile => tile switch { 4 or 5 => (Rows, 32), 6 or 7 => (8, 64), _ => (Rows, 64) });

    /// <summary>The one routine; its argument is a <see cref="TileCall"/>.</summary>
    internal static byte[][] Routines(TileShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Ahead, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Ahead, shape.Planes == 1 ? Turns - 1 : 2);
        if (shape.Minimum && shape.HalfScales)
            throw new ArgumentException("binary16 scales go without minimums", nameof(shape));
        return [Emit(shape)];
    }

    private static byte[] Emit(TileShape shape)
    {
        var c = new Assembler(64);
        AssemblerRegister64 panel = rsi, scale = rdx, minimum = rcx, q = r8, d = r9, dsums = r10, y = r11, ring = rbx, next = rbp, count = rdi;
        AssemblerRegister64 tileRow = r12, activationRow = r13;
        AssemblerRegister64[] kept = [rbx, rbp, r12, r13];
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3], activations = [tmm4, tmm5], weights = [tmm6, tmm7];
        var planes = shape.Planes;
        var scaleBytes = shape.HalfScales ? RowBytes / 2 : RowBytes;
        foreach (var register in kept)
            c.push(register);
        c.mov(panel, __qword_ptr[rdi]);
        c.mov(scale, __qword_ptr[rdi + 8]);
        c.mov(minimum, __qword_ptr[rdi + 16]);
        c.mov(q, __qword_ptr[rdi + 24]);
        c.mov(d, __qword_ptr[rdi + 32]);
        c.mov(dsums, __qword_ptr[rdi + 40]);
        c.mov(y, __qword_ptr[rdi + 48]);
        c.mov(ring, __qword_ptr[rdi + 56]);
        c.mov(next, __qword_ptr[rdi + 64]);
        c.mov(count, __qword_ptr[rdi + 72]);
        c.mov(tileRow, RowBytes);
        c.mov(activationRow, 32);

        for (var group = -shape.Ahead - 1; group < 0; group++)
            Prepare(group, Turns);
        for (var r = 0; r < Rows; r++)
            c.vmovups(Zmm(16 + r), __zmmword_ptr[y + r * RowBytes]);
        var loop = c.CreateLabel();
        var last = c.CreateLabel();
        c.sub(count, Turns);
        c.je(last);
        c.Label(ref loop);
        for (var group = 0; group < Turns; group++)
        {
            Prepare(group, 2 * Turns);
            Link(group);
        }
        c.add(panel, Turns * GroupBytes);
        c.add(scale, Turns * scaleBytes);
        c.add(q, Turns * planes * PlaneBytes);
        c.add(d, Turns * RowBytes);
        if (shape.Minimum)
        {
            c.add(minimum, Turns * RowBytes);
            c.add(dsums, Turns * RowBytes);
        }
        c.add(next, Turns * planes * PlaneBytes);
        c.sub(count, Turns);
        c.jne(loop);
        c.Label(ref last);
        for (var group = 0; group < Turns; group++)
        {
            Prepare(group, Turns);
            Link(group);
        }
        for (var r = 0; r < Rows; r++)
            c.vmovups(__zmmword_ptr[y + r * RowBytes], Zmm(16 + r));
        c.vzeroupper();
        foreach (var register in kept.Reverse())
            c.pop(register);
        c.ret();
        return c.Bytes();

        AssemblerRegisterTMM Sum(int group, int plane) => sums[(group * planes + plane) % sums.Length];

        AssemblerRegisterTMM Activations(int group, int plane) => activations[planes == 1 ? group % 2 : plane];

        int Place(int group, int plane) => (group % 2 * planes + plane) * TileBytes;

        // The steps that are ahead of a group's links, of those groups that there are.
        void Prepare(int group, int groups)
        {
            var (stored, multiplied, loaded) = (group + 1, group + shape.Ahead, group + shape.Ahead + 1);
            for (var plane = 0; plane < planes && stored >= 0 && stored < groups; plane++)
                c.tilestored(__[ring + tileRow + Place(stored, plane)], Sum(stored, plane));
            for (var plane = 0; plane < planes && multiplied >= 0 && multiplied < groups; plane++)
            {
                c.tilezero(Sum(multiplied, plane));
                c.tdpbssd(Sum(multiplied, plane), Activations(multiplied, plane), weights[multiplied % 2]);
            }
            if (loaded >= groups)
                return;
            for (var plane = 0; plane < planes; plane++)
                c.tileloadd(Activations(loaded, plane), __[q + activationRow + (loaded * planes + plane) * PlaneBytes]);
            c.tileloadd(weights[loaded % 2], __[panel + tileRow + loaded * GroupBytes]);
        }

        // y = fma((float)isum, scale * d, y); y = fma(minimum, dsum, y)
        void Link(int group)
        {
            if (shape.HalfScales)
                c.vcvtph2ps(zmm14, __ymmword_ptr[scale + group * scaleBytes]);
            else
                c.vmovups(zmm14, __zmmword_ptr[scale + group * scaleBytes]);
            if (shape.Minimum)
                c.vmovups(zmm15, __zmmword_ptr[minimum + group * RowBytes]);
            for (var r = 0; r < Rows; r++)
            {
                var (sum, product) = (Zmm(r % 7), Zmm(7 + r % 7));
                if (planes == 1)
                {
                    c.vcvtdq2ps(sum, __zmmword_ptr[ring + Place(group, 0) + r * RowBytes]);
                }
                else
                {
                    c.evex.vpslld(sum, __zmmword_ptr[ring + Place(group, 0) + r * RowBytes], 7);
                    c.evex.vpaddd(sum, sum, __zmmword_ptr[ring + Place(group, 1) + r * RowBytes]);
                    c.vcvtdq2ps(sum, sum);
                }
                c.vmulps(product, zmm14, __dword_bcst[d + group * RowBytes + r * 4]);
                c.vfmadd231ps(Zmm(16 + r), sum, product);
                if (shape.Minimum)
                    c.vfmadd231ps(Zmm(16 + r), zmm15, __dword_bcst[dsums + group * RowBytes + r * 4]);
                if (r * planes % 2 == 0)
                    c.prefetcht0(__byte_ptr[next + group * planes * PlaneBytes + r * planes / 2 * 64]);
            }
        }
    }
}
