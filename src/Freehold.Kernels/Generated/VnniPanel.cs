using Freehold.Kernels.Products;
using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A panel's stretch times one to eight rows in AVX-512 VNNI: the chains of docs/numerics.md, 32 outputs by rows at once.
/// <code>
/// zmm0 to 15   integer sums: outputs 0 to 15 of each row, then outputs 16 to 31; they begin at -offset * asum
/// zmm16, 17    weights of a step
/// zmm18        -offset
/// zmm20 to 27  activations of a step, one register a row; products of scales after the last step
/// zmm28 to 31  scales and minimums of a unit (a group or a half)
/// </code>
/// A step is two loads of weights and, for each row, a broadcast and two dot products: more products than the two ports can start in the time of
/// the loads. A unit ends in conversion, product of scales and link, whose chains stay in memory: three operations a register, so eight
/// rows of whole groups can reach 128 of 176 operations, 73 % of the peak, where all of these share the two ports.
/// </summary>
internal static class VnniPanel
{
    private const int Rows = ActivationRows.TileRows;
    private const int RegisterBytes = 64;
    private const int StepBytes = 2 * RegisterBytes;

    /// <summary>One routine a number of rows: routine r - 1 takes r rows.</summary>
    internal static byte[][] Routines(PanelShape shape)
    {
        var routines = new byte[Rows][];
        for (var rows = 1; rows <= Rows; rows++)
            routines[rows - 1] = Emit(shape, rows);
        return routines;
    }

    private static byte[] Emit(PanelShape shape, int rows)
    {
        var c = new Assembler(64);
        // The one argument is in rdi, which in the end takes the chains.
        AssemblerRegister64 panel = rsi, scale = rdx, minimum = rcx, q = r8, d = r9, sums = r10, dsums = r11, starts = rbx, groups = rax, y = rdi;
        c.push(rbx);
        c.mov(panel, __qword_ptr[rdi]);
        c.mov(scale, __qword_ptr[rdi + 8]);
        c.mov(minimum, __qword_ptr[rdi + 16]);
        c.mov(q, __qword_ptr[rdi + 24]);
        c.mov(d, __qword_ptr[rdi + 32]);
        c.mov(sums, __qword_ptr[rdi + 40]);
        c.mov(dsums, __qword_ptr[rdi + 48]);
        c.mov(starts, __qword_ptr[rdi + 64]);
        if (shape.Offset != 0)
        {
            c.mov(eax, -shape.Offset);
            c.vpbroadcastd(ymm18, eax);
        }
        c.mov(groups, __qword_ptr[rdi + 72]);
        c.mov(y, __qword_ptr[rdi + 56]);

        var units = shape.Halves ? 2 : 1;
        var steps = (shape.Quads ? 8 : 16) / units;
        var group = c.CreateLabel();
        c.Label(ref group);
        for (var unit = 0; unit < units; unit++)
        {
            // [low half, high half, both][rows]
            var sum = (shape.Halves ? unit : 2) * Rows * 4;
            Begin(shape.Offset, sum);
            for (var step = 0; step < steps; step++)
                Step(unit * steps + step);
            Link(unit, sum);
        }
        c.add(panel, units * steps * StepBytes);
        c.add(q, units * steps * Rows * 4);
        c.add(scale, units * StepBytes);
        c.add(d, Rows * 4);
        if (shape.Offset != 0)
            c.add(sums, 3 * Rows * 4);
        if (shape.Minimum)
        {
            c.add(minimum, units * StepBytes);
            c.add(dsums, 3 * Rows * 4);
        }
        c.dec(groups);
        c.jne(group);
        c.vzeroupper();
        c.pop(rbx);
        c.ret();
        return c.Bytes();

        void Begin(int offset, int sum)
        {
            if (offset != 0)
            {
                c.evex.vpmulld(ymm19, ymm18, __ymmword_ptr[sums + sum]);
                c.vmovdqu32(__ymmword_ptr[starts], ymm19);
            }
            for (var r = 0; r < rows; r++)
                if (offset != 0)
                {
                    c.vpbroadcastd(Zmm(r), __dword_ptr[starts + 4 * r]);
                    c.vpbroadcastd(Zmm(8 + r), __dword_ptr[starts + 4 * r]);
                }
                else
                {
                    c.vpxord(Zmm(r), Zmm(r), Zmm(r));
                    c.vpxord(Zmm(8 + r), Zmm(8 + r), Zmm(8 + r));
                }
        }

        void Step(int step)
        {
            c.vmovdqu64(zmm16, __zmmword_ptr[panel + step * StepBytes]);
            c.vmovdqu64(zmm17, __zmmword_ptr[panel + step * StepBytes + RegisterBytes]);
            for (var r = 0; r < rows; r++)
            {
                c.vpbroadcastd(Zmm(20 + r), __dword_ptr[q + (step * Rows + r) * 4]);
                Dot(Zmm(r), zmm16, Zmm(20 + r));
                Dot(Zmm(8 + r), zmm17, Zmm(20 + r));
            }
        }

        void Dot(AssemblerRegisterZMM sum, AssemblerRegisterZMM weights, AssemblerRegisterZMM activations)
        {
            if (shape.Quads)
                c.vpdpbusd(sum, weights, activations);
            else
                c.vpdpwssd(sum, weights, activations);
        }

        // y = fma((float)isum, scale * d, y); y = fma(minimum, dsum, y)
        void Link(int unit, int sum)
        {
            c.vmovups(zmm28, __zmmword_ptr[scale + unit * StepBytes]);
            c.vmovups(zmm29, __zmmword_ptr[scale + unit * StepBytes + RegisterBytes]);
            if (shape.Minimum)
            {
                c.vmovups(zmm30, __zmmword_ptr[minimum + unit * StepBytes]);
                c.vmovups(zmm31, __zmmword_ptr[minimum + unit * StepBytes + RegisterBytes]);
            }
            for (var r = 0; r < rows; r++)
                for (var half = 0; half < 2; half++)
                {
                    var isum = Zmm(8 * half + r);
                    var product = Zmm(20 + (2 * r + half) % 8);
                    var chain = r * StepBytes + half * RegisterBytes;
                    c.vmulps(product, Zmm(28 + half), __dword_bcst[d + 4 * r]);
                    c.vcvtdq2ps(isum, isum);
                    c.vfmadd213ps(isum, product, __zmmword_ptr[y + chain]);
                    if (shape.Minimum)
                        c.vfmadd231ps(isum, Zmm(30 + half), __dword_bcst[dsums + sum + 4 * r]);
                    c.vmovups(__zmmword_ptr[y + chain], isum);
                }
        }
    }
}
