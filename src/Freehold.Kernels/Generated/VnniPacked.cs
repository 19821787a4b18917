using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Few rows by packed panels in AVX-512 VNNI: every byte of the weights is read once and in order, from as many places at once as there are
/// panels, and asked for some groups ahead. The chains are those of docs/numerics.md.
/// <code>
/// zmm0 to 15    integer sums [row][panel]; they begin at -offset * asum
/// zmm16 to 19   weights of a step, one register a panel (<see cref="VnniValues"/>); where activations are int16, the odd ones
/// zmm21, 22, 24, 25 where activations are int16, the even ones, until the links
/// zmm27         where activations are int16, 0xFF in each word; with E8M0 zmm30, which its values leave free
/// zmm20         activations of a step and a row
/// zmm21         a scale times d
/// zmm22, 23     what the rows' sums give (<see cref="VnniTerms"/>)
/// zmm24 to 27   scales and minimums of a panel's unit (<see cref="VnniScales"/>)
/// zmm28 to 31   constants of the values
/// y             chains [row][panel], then what waits: of scales, then of terms
/// </code>
/// A unit, a group or in some types a half of one, is its steps and then the links of all panels. Unpacking is done once for all rows, so more
/// rows by fewer panels take less of it.
/// </summary>
internal static class VnniPacked
{
    /// <summary>Bytes that a call's <see cref="PackedCall.Y"/> has.</summary>
    internal const int WorkBytes = TermsAt + VnniBlocking.MostRows * 64;

    private const int WidenedAt = 16 * 64;
    private const int TermsAt = WidenedAt + VnniScales.WidenedBytes;

    /// <summary>The code of a shape for a blocking (<see cref="VnniBlocking"/>); its argument is a <see cref="PackedCall"/>.</summary>
    internal static byte[] Code(PackedShape shape, int panels, int rows)
    {
        var c = new Assembler(64);
        AssemblerRegister64[] panel = [rsi, r12, r13, r14], kept = [rbx, rbp, r12, r13, r14, r15];
        AssemblerRegister64 values = rdx, scalesAt = rcx, y = rdi;
        var x = new VnniRows(c, rows, shape.Words);
        var codes = new VnniValues(c, shape.Values);
        var scales = new VnniScales(c, shape, scalesAt, __[y + WidenedAt]);
        var terms = new VnniTerms(c, shape, x, rows, __[y + TermsAt]);
        // Groups left of a block, and blocks left.
        AssemblerMemoryOperand groups = __qword_ptr[rsp], blocks = __qword_ptr[rsp + 8];
        foreach (var register in kept)
            c.push(register);
        c.sub(rsp, 16);
        codes.Prepare();
        scales.Prepare();
        terms.Prepare();
        var word = shape.Scales == PackedScales.E8M0 ? zmm30 : zmm27;
        AssemblerRegisterZMM[] even = [zmm21, zmm22, zmm24, zmm25];
        if (shape.Words)
        {
            c.mov(eax, 0x00FF00FF);
            c.vpbroadcastd(word, eax);
        }
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
            terms.BeginBlock();
            c.mov(groups, shape.BlockGroups);
            c.Label(ref group);
        }
        terms.BeginGroup();
        for (var unit = 0; unit < shape.Units; unit++)
            Unit(unit);
        c.add(values, shape.ValueBytes);
        scales.EndGroup();
        terms.EndGroup();
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
                for (var p = 0; p < panels; p++)
                    if (shape.Offset != 0)
                        c.vpbroadcastd(Sum(r, p), __dword_ptr[terms.At(r, unit)]);
                    else
                        c.vpxord(Sum(r, p), Sum(r, p), Sum(r, p));
            var steps = 8 / shape.Units;
            for (var step = unit * steps; step < (unit + 1) * steps; step++)
                Step(step);
            for (var p = 0; p < panels; p++)
                Link(p, unit);
        }

        void Step(int step)
        {
            for (var p = 0; p < panels; p++)
            {
                codes.Step(Zmm(16 + p), __[panel[p] + values], step);
                Prefetch(p, step);
            }
            if (shape.Words)
            {
                Words(step);
                return;
            }
            for (var r = 0; r < rows; r++)
            {
                c.evex.vpbroadcastd(zmm20, __dword_ptr[x.Q(r) + 4 * step]);
                for (var p = 0; p < panels; p++)
                    c.vpdpbusd(Sum(r, p), Zmm(16 + p), zmm20);
            }
        }

        // Bytes become words, of which a product takes two: the even ones, then the odd ones, which lie 32 bytes further among the activations.
        void Words(int step)
        {
            for (var p = 0; p < panels; p++)
            {
                c.vpandd(even[p], word, Zmm(16 + p));
                c.evex.vpsrlw(Zmm(16 + p), Zmm(16 + p), 8);
            }
            for (var r = 0; r < rows; r++)
                for (var odd = 0; odd < 2; odd++)
                {
                    c.evex.vpbroadcastd(zmm20, __dword_ptr[x.Q(r) + 4 * step + 32 * odd]);
                    for (var p = 0; p < panels; p++)
                        c.vpdpwssd(Sum(r, p), odd == 0 ? even[p] : Zmm(16 + p), zmm20);
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
                var minimum = __dword_bcst[terms.At(r, unit)];
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
