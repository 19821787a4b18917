using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A stretch of two panels times twelve rows in AMX, for types with one scale per 32: the chains of docs/numerics.md, 12 rows by 32 outputs at once.
/// <code>
/// tmm0 to 3    sums of a group, 12 rows of 16 int32, one a panel and plane, by turns
/// tmm4, 5      activations, 12 rows of 32 bytes, by turns; with two planes high and low
/// tmm6, 7      weights of a panel, 8 steps of 16 outputs of 4 bytes
/// zmm8 to 31   the chains, one register a row and panel
/// zmm0 to 3    scales of the panels, then minimums
/// zmm4 to 7    d of a row, sums as floats, scales times d
/// </code>
/// Twelve rows because their chains leave just enough registers, and so share what is loaded between two panels. Loads set the pace: of the code's first form, with 16 rows by 16
/// outputs, a group took as many cycles as it had loads, 57, on a Xeon. A group here has 66 for half as many results again.
/// Tiles and vector registers meet only in memory, and instructions retire in order; so each step of a group is taken some groups ahead of the next, and
/// none waits for long for the one before, nor holds up what follows:
/// <code>
/// for each group g   store the sums of g + 1, multiply g + 2, load g + 3, link g
/// </code>
/// Sums go through two places in memory by turns; of two planes they are joined there, isum = 128 h + l. The fewer bytes these places have, the fewer loads
/// share the lower twelve bits of their address with a store that is under way, and wait for it.
/// </summary>
internal static class TilePanel
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 12;

    /// <summary>From so many rows on tiles are worth their while: a tile of a few takes as long as a full one, and a panel must be unpacked for it.</summary>
    internal const int WorthRows = 16;

    /// <summary>Groups of a call are a multiple of this.</summary>
    internal const int Turns = 4;

    /// <summary>Bytes that a call's ring takes.</summary>
    internal const int RingBytes = 2 * 2 * Panels * TileBytes;

    /// <summary>Bytes of a group's weights in a panel.</summary>
    internal const int GroupBytes = 512;

    /// <summary>Bytes of a plane of a group's activations.</summary>
    internal const int PlaneBytes = Rows * 32;

    /// <summary>The routine for panels that are in the cache.</summary>
    internal const int Near = 0;

    /// <summary>The routine for panels that are met in memory: it asks for them some groups ahead.</summary>
    internal const int Far = 1;

    /// <summary>Groups that <see cref="Far"/> asks for ahead: about what memory's latency takes.</summary>
    internal const int AskedAhead = 8;

    private const int Panels = 2;
    private const int RowBytes = 64;
    private const int TileBytes = Rows * RowBytes;
    private const int StoredAhead = 1, MultipliedAhead = 2, LoadedAhead = 3;

    /// <summary>What LDTILECFG reads for this code.</summary>
    internal static byte[] Configuration() => TileConfiguration.Describe(
        tile => tile switch { 4 or 5 => (Rows, 32), 6 or 7 => (8, 64), _ => (Rows, 64) });

    /// <summary>The routines: <see cref="Near"/>, <see cref="Far"/>.</summary>
    internal static byte[][] Routines(TileShape shape)
    {
        if (shape.Minimum && shape.HalfScales)
            throw new ArgumentException("binary16 scales go without minimums", nameof(shape));
        return [Emit(shape, far: false), Emit(shape, far: true)];
    }

    private static byte[] Emit(TileShape shape, bool far)
    {
        var c = new Assembler(64);
        AssemblerRegister64[] panel = [rsi, rdx], scale = [rcx, r8], minimum = [r9, r10], kept = [rbx, rbp, r12, r13, r14, r15];
        AssemblerRegister64 q = r11, d = rbx, dsums = rbp, y = r12, ring = r13, tileRow = r14, activationRow = r15, count = rdi;
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3], activations = [tmm4, tmm5], weights = [tmm6, tmm7];
        var planes = shape.Planes;
        var scaleBytes = shape.HalfScales ? RowBytes / 2 : RowBytes;
        foreach (var register in kept)
            c.push(register);
        for (var p = 0; p < Panels; p++)
        {
            c.mov(panel[p], __qword_ptr[rdi + 8 * p]);
            c.mov(scale[p], __qword_ptr[rdi + 16 + 8 * p]);
            c.mov(minimum[p], __qword_ptr[rdi + 32 + 8 * p]);
        }
        c.mov(q, __qword_ptr[rdi + 48]);
        c.mov(d, __qword_ptr[rdi + 56]);
        c.mov(dsums, __qword_ptr[rdi + 64]);
        c.mov(y, __qword_ptr[rdi + 72]);
        c.mov(ring, __qword_ptr[rdi + 80]);
        c.mov(count, __qword_ptr[rdi + 88]);
        c.mov(tileRow, RowBytes);
        c.mov(activationRow, 32);

        for (var group = -LoadedAhead; group < 0; group++)
            Prepare(group, Turns);
        for (var i = 0; i < Panels * Rows; i++)
            c.vmovups(Zmm(8 + i), __zmmword_ptr[y + i * RowBytes]);
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
        for (var p = 0; p < Panels; p++)
        {
            c.add(panel[p], Turns * GroupBytes);
            c.add(scale[p], Turns * scaleBytes);
            if (shape.Minimum)
                c.add(minimum[p], Turns * RowBytes);
        }
        c.add(q, Turns * planes * PlaneBytes);
        c.add(d, Turns * Rows * 4);
        if (shape.Minimum)
            c.add(dsums, Turns * Rows * 4);
        c.sub(count, Turns);
        c.jne(loop);
        c.Label(ref last);
        for (var group = 0; group < Turns; group++)
        {
            Prepare(group, Turns);
            Link(group);
        }
        for (var i = 0; i < Panels * Rows; i++)
            c.vmovups(__zmmword_ptr[y + i * RowBytes], Zmm(8 + i));
        c.vzeroupper();
        foreach (var register in kept.Reverse())
            c.pop(register);
        c.ret();
        return c.Bytes();

        AssemblerRegisterTMM Sum(int group, int plane, int p) => sums[((group * planes + plane) * Panels + p) % sums.Length];

        AssemblerRegisterTMM Activations(int group, int plane) => activations[planes == 1 ? group % 2 : plane];

        int Place(int group, int plane, int p) => ((group % 2 * planes + plane) * Panels + p) * TileBytes;

        // The steps that are ahead of a group's links, of those groups that there are.
        void Prepare(int group, int groups)
        {
            var (stored, multiplied, loaded) = (group + StoredAhead, group + MultipliedAhead, group + LoadedAhead);
            for (var i = 0; i < planes * Panels && stored >= 0 && stored < groups; i++)
                c.tilestored(__[ring + tileRow + Place(stored, i / Panels, i % Panels)], Sum(stored, i / Panels, i % Panels));
            for (var i = 0; i < planes * Panels && multiplied >= 0 && multiplied < groups; i++)
            {
                c.tilezero(Sum(multiplied, i / Panels, i % Panels));
                c.tdpbssd(Sum(multiplied, i / Panels, i % Panels), Activations(multiplied, i / Panels), weights[i % Panels]);
            }
            if (loaded >= groups)
                return;
            for (var plane = 0; plane < planes; plane++)
                c.tileloadd(Activations(loaded, plane), __[q + activationRow + (loaded * planes + plane) * PlaneBytes]);
            for (var p = 0; p < Panels; p++)
            {
                c.tileloadd(weights[p], __[panel[p] + tileRow + loaded * GroupBytes]);
                for (var line = 0; line < GroupBytes && far; line += 64)
                    c.prefetcht0(__byte_ptr[panel[p] + (loaded + AskedAhead) * GroupBytes + line]);
            }
        }

        // y = fma((float)isum, scale * d, y); y = fma(minimum, dsum, y)
        void Link(int group)
        {
            for (var p = 0; p < Panels; p++)
            {
                if (shape.HalfScales)
                    c.vcvtph2ps(Zmm(p), __ymmword_ptr[scale[p] + group * scaleBytes]);
                else
                    c.vmovups(Zmm(p), __zmmword_ptr[scale[p] + group * scaleBytes]);
                if (shape.Minimum)
                    c.vmovups(Zmm(2 + p), __zmmword_ptr[minimum[p] + group * RowBytes]);
            }
            for (var r = 0; r < Rows; r++)
            {
                c.evex.vbroadcastss(zmm4, __dword_ptr[d + (group * Rows + r) * 4]);
                for (var p = 0; p < Panels; p++)
                {
                    var (sum, product) = (zmm5, Zmm(6 + p));
                    c.vmulps(product, Zmm(p), zmm4);
                    if (planes == 1)
                    {
                        c.vcvtdq2ps(sum, __zmmword_ptr[ring + Place(group, 0, p) + r * RowBytes]);
                    }
                    else
                    {
                        c.evex.vpslld(sum, __zmmword_ptr[ring + Place(group, 0, p) + r * RowBytes], 7);
                        c.evex.vpaddd(sum, sum, __zmmword_ptr[ring + Place(group, 1, p) + r * RowBytes]);
                        c.vcvtdq2ps(sum, sum);
                    }
                    c.vfmadd231ps(Zmm(8 + p * Rows + r), sum, product);
                }
                if (!shape.Minimum)
                    continue;
                c.evex.vbroadcastss(zmm4, __dword_ptr[dsums + (group * Rows + r) * 4]);
                for (var p = 0; p < Panels; p++)
                    c.vfmadd231ps(Zmm(8 + p * Rows + r), Zmm(2 + p), zmm4);
            }
        }
    }
}
