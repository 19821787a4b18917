using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Few rows by packed panels in AVX-512 VNNI: every byte of the weights is read once and in order, from as many places at once as there are
/// panels, and asked for some groups ahead. The chains are those of docs/numerics.md.
/// <code>
/// zmm0 to 15    integer sums [row][panel]; they begin at -offset * asum
/// zmm16 to 19   weights of a step, one register a panel (<see cref="VnniValues"/>)
/// zmm20         activations of a step and a row
/// zmm21         a scale times d
/// zmm22         d * (float)asum of a row, on its way to memory
/// zmm24 to 27   scales and minimums of a panel's unit (<see cref="VnniScales"/>)
/// zmm28 to 31   constants of the values
/// y             chains [row][panel], then d and dmin of K-quants' blocks, then for each row d * (float)asum and -offset * asum
/// </code>
/// A unit, a group or in some types a half of one, is its steps and then the links of all panels. Unpacking is done once for all rows, so more
/// rows by fewer panels take less of it.
/// </summary>
internal static class VnniPacked
{
    /// <summary>The most rows that a routine takes, by one or two panels.</summary>
    internal const int MostRows = 8;

    /// <summary>The most rows that a routine takes by four panels.</summary>
    internal const int MostRowsByFour = 4;

    /// <summary>Bytes that a call's <see cref="PackedCall.Y"/> has.</summary>
    internal const int WorkBytes = StartsAt + MostRows * 4;

    private const int WidenedAt = 16 * 64;
    private const int MinimumsAt = WidenedAt + VnniScales.WidenedBytes;
    private const int StartsAt = MinimumsAt + MostRows * 4;

    /// <summary>The routine for so many panels (1, 2 or 4) and rows.</summary>
    internal static int Routine(int panels, int rows) => (panels >> 1) * MostRows + rows - 1;

    /// <summary>The panels and rows of a routine.</summary>
    internal static (int Panels, int Rows) Takes(int routine) => (1 << routine / MostRows, routine % MostRows + 1);

    /// <summary>All routines of a shape, as <see cref="Routine"/> numbers them.</summary>
    internal static byte[][] Routines(PackedShape shape)
    {
        var routines = new byte[Routine(4, MostRowsByFour) + 1][];
        for (var routine = 0; routine < routines.Length; routine++)
        {
            var (panels, rows) = Takes(routine);
            routines[routine] = Emit(shape, panels, rows);
        }
        return routines;
    }

    private static byte[] Emit(PackedShape shape, int panels, int rows)
    {
        var c = new Assembler(64);
        AssemblerRegister64[] panel = [rsi, r12, r13, r14], kept = [rbx, rbp, r12, r13, r14, r15];
        AssemblerRegister64 values = rdx, scalesAt = rcx, y = rdi;
        var x = new VnniRows(c, rows);
        var codes = new VnniValues(c, shape.Values);
        var scales = new VnniScales(c, shape, scalesAt, __[y + WidenedAt]);
        // Counts what is left of a block, and blocks.
        AssemblerMemoryOperand groups = __qword_ptr[rsp], blocks = __qword_ptr[rsp + 8];
        foreach (var register in kept)
            c.push(register);
        c.sub(rsp, 16);
        codes.Prepare();
        scales.Prepare();
        for (var p = 0; p < panels; p++)
            c.mov(panel[p], __qword_ptr[rdi + 8 * p]);
        c.mov(values, __qword_ptr[rdi + 32]);
        c.mov(rax, __qword_ptr[rdi + 72]);
        x.Begin(__qword_ptr[rdi + 40], __qword_ptr[rdi + 48], __qword_ptr[rdi + 56], groups: rax);
        if (shape.BlockGroups > 1)
            c.shr(rax, 3);
        c.mov(blocks, rax);
        c.mov(y, __qword_ptr[rdi + 64]);
        c.xor(ecx, ecx);
        c.vpxord(zmm0, zmm0, zmm0);
        for (var i = 0; i < rows * panels; i++)
            c.vmovups(__zmmword_ptr[y + 64 * i], zmm0);

        Label block = c.CreateLabel(), group = c.CreateLabel();
        c.Label(ref block);
        if (shape.BlockGroups > 1)
        {
            scales.BeginBlock(panel.AsSpan(0, panels));
            c.mov(groups, shape.BlockGroups);
            c.Label(ref group);
        }
        for (var unit = 0; unit < shape.Units; unit++)
            Unit(unit);
        c.add(values, shape.ValueBytes);
        scales.EndGroup();
        x.EndGroup();
        if (shape.BlockGroups > 1)
        {
            c.dec(groups);
            c.jne(group);
            scales.EndBlock();
        }
        c.dec(blocks);
        c.jne(block);
        c.vzeroupper();
        c.add(rsp, 16);
        foreach (var register in kept.Reverse())
            c.pop(register);
        c.ret();
        return c.Bytes();

        AssemblerRegisterZMM Sum(int row, int p) => Zmm(row * panels + p);

        void Unit(int unit)
        {
            for (var r = 0; r < rows; r++)
                Begin(r, unit);
            var steps = 8 / shape.Units;
            for (var step = unit * steps; step < (unit + 1) * steps; step++)
                Step(step);
            for (var p = 0; p < panels; p++)
                Link(p, unit);
        }

        void Begin(int row, int unit)
        {
            if (shape.Minimum || shape.Offset != 0)
            {
                c.mov(eax, __dword_ptr[x.Sums(row) + 4 * unit]);
                if (!shape.Halves)
                    c.add(eax, __dword_ptr[x.Sums(row) + 4]);
            }
            if (shape.Minimum)
            {
                c.evex.vcvtsi2ss(xmm22, xmm31, eax);
                c.evex.vmulss(xmm22, xmm22, __dword_ptr[x.D(row)]);
                c.evex.vmovss(__dword_ptr[y + MinimumsAt + 4 * row], xmm22);
            }
            if (shape.Offset != 0)
            {
                c.imul(eax, eax, -shape.Offset);
                c.mov(__dword_ptr[y + StartsAt + 4 * row], eax);
            }
            for (var p = 0; p < panels; p++)
                if (shape.Offset != 0)
                    c.vpbroadcastd(Sum(row, p), __dword_ptr[y + StartsAt + 4 * row]);
                else
                    c.vpxord(Sum(row, p), Sum(row, p), Sum(row, p));
        }

        void Step(int step)
        {
            for (var p = 0; p < panels; p++)
            {
                codes.Step(Zmm(16 + p), __[panel[p] + values], step);
                Prefetch(p, step);
            }
            for (var r = 0; r < rows; r++)
            {
                c.evex.vpbroadcastd(zmm20, __dword_ptr[x.Q(r) + 4 * step]);
                for (var p = 0; p < panels; p++)
                    c.vpdpbusd(Sum(r, p), Zmm(16 + p), zmm20);
            }
        }

        void Prefetch(int p, int line)
        {
            if (shape.Ahead == 0)
                return;
            if (line * 64 < shape.ValueBytes)
                c.prefetcht0(__byte_ptr[panel[p] + values + shape.Ahead * shape.ValueBytes + 64 * line]);
            if (line == 0)
                scales.Prefetch(panel[p]);
        }

        // y = fma((float)isum, scale * d, y); y = fma(minimum, d * (float)asum, y)
        void Link(int p, int unit)
        {
            scales.Read(panel[p], p, unit);
            for (var r = 0; r < rows; r++)
            {
                var chain = __zmmword_ptr[y + 64 * (r * panels + p)];
                var minimum = __dword_bcst[y + MinimumsAt + 4 * r];
                c.vmulps(zmm21, scales.Scale, __dword_bcst[x.D(r)]);
                c.vcvtdq2ps(Sum(r, p), Sum(r, p));
                c.vfmadd213ps(Sum(r, p), zmm21, chain);
                if (shape is { Minimum: true, Scales: PackedScales.Super })
                    c.vfnmadd231ps(Sum(r, p), scales.Minimum, minimum);
                else if (shape.Minimum)
                    c.vfmadd231ps(Sum(r, p), scales.Minimum, minimum);
                c.vmovups(chain, Sum(r, p));
            }
        }
    }
}
