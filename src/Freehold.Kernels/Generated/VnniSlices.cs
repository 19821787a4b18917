using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A slice of panels packed with loss times up to eight rows in AVX-512 VNNI (docs/numerics.md, "Products packed with loss"): sums stay in registers through the
/// whole slice and are linked once, y = fma((float)isum, d, y).
/// <code>
/// zmm0 to 15    integer sums [row][panel]
/// zmm16 to 19   w8: weights of a quad step, one register a panel
/// zmm20         w8: activations of a step and a row
/// zmm21         d of a row
/// zmm31         w8: 0x80 in each byte
/// zmm16 to 31   w4: <see cref="VnniLevels"/>
/// </code>
/// w8 broadcasts activations once for all panels. w4 computes the levels of one panel after the other, so that their multipliers and bases need few
/// registers, and lets each product broadcast for itself.
/// </summary>
internal static class VnniSlices
{
    private const int DAt = 64;
    private const int StartsAt = DAt + VnniBlocking.MostRows * 4;

    /// <summary>The code of a shape for a blocking (<see cref="VnniBlocking"/>); its argument is a <see cref="VnniSliceCall"/>.</summary>
    internal static byte[] Code(VnniSliceShape shape, int panels, int rows)
    {
        var c = new Assembler(64);
        AssemblerRegister64[] panel = [rsi, rdx, rcx, rbx];
        AssemblerRegister64 call = rdi, blocks = rax;
        // Rows from q: none, one, two (or from the fifth on, four) and three strides.
        AssemblerRegister64[] q = [r8, r9];
        AssemblerRegister64 one = r10, three = r11;
        var levels = new VnniLevels(c);
        c.push(rbx);
        if (shape.Values == SliceValues.Codes)
            levels.Prepare();
        else if (shape.Values == SliceValues.Signed)
            c.FillBytes(zmm31, 0x80);
        for (var p = 0; p < panels; p++)
            c.mov(panel[p], __qword_ptr[call + 8 * p]);
        c.mov(q[0], __qword_ptr[call + 32]);
        if (!shape.Tiled)
        {
            c.mov(one, __qword_ptr[call + 40]);
            c.lea(three, __[one + one * 2]);
            c.lea(q[1], __[q[0] + one * 4]);
        }
        c.mov(blocks, __qword_ptr[call + 56]);
        for (var r = 0; r < rows; r++)
            for (var p = 0; p < panels; p++)
                c.vpbroadcastd(Sum(r, p), __dword_ptr[call + StartsAt + 4 * r]);

        var block = c.CreateLabel();
        c.Label(ref block);
        if (shape.Values == SliceValues.Codes)
            Codes();
        else
            Bytes();
        for (var p = 0; p < panels; p++)
            c.add(panel[p], shape.BlockBytes);
        c.add(q[0], shape.Tiled ? 64 * VnniBlocking.MostRows : 64);
        if (!shape.Tiled)
            c.add(q[1], 64);
        c.dec(blocks);
        c.jne(block);

        c.mov(rax, __qword_ptr[call + 48]);
        for (var r = 0; r < rows; r++)
        {
            c.evex.vbroadcastss(zmm21, __dword_ptr[call + DAt + 4 * r]);
            for (var p = 0; p < panels; p++)
            {
                var chain = __zmmword_ptr[rax + 64 * (r * panels + p)];
                c.vcvtdq2ps(Sum(r, p), Sum(r, p));
                c.vfmadd213ps(Sum(r, p), zmm21, chain);
                c.vmovups(chain, Sum(r, p));
            }
        }
        c.vzeroupper();
        c.pop(rbx);
        c.ret();
        return c.Bytes();

        AssemblerRegisterZMM Sum(int row, int p) => Zmm(row * panels + p);

        AssemblerMemoryOperand Q(int row, int step) => shape.Tiled ? q[0] + (4 * row + 4 * VnniBlocking.MostRows * step) : (row % 4) switch
        {
            0 => q[row / 4] + 4 * step,
            1 => q[row / 4] + one + 4 * step,
            2 => q[row / 4] + one * 2 + 4 * step,
            _ => q[row / 4] + three + 4 * step,
        };

        void Bytes()
        {
            for (var step = 0; step < 16; step++)
            {
                for (var p = 0; p < panels; p++)
                {
                    var quads = __zmmword_ptr[panel[p] + 64 * step];
                    if (shape.Values == SliceValues.Signed)
                        c.vpxord(Zmm(16 + p), zmm31, quads);
                    else
                        c.vmovdqu64(Zmm(16 + p), quads);
                    Prefetch(p, step);
                }
                for (var r = 0; r < rows; r++)
                {
                    c.evex.vpbroadcastd(zmm20, __dword_ptr[Q(r, step)]);
                    for (var p = 0; p < panels; p++)
                        c.vpdpbusd(Sum(r, p), Zmm(16 + p), zmm20);
                }
            }
        }

        void Codes()
        {
            for (var group = 0; group < 2; group++)
                for (var p = 0; p < panels; p++)
                {
                    levels.Begin(panel[p], group);
                    for (var step = 0; step < 8; step++)
                    {
                        Prefetch(p, 8 * group + step);
                        levels.Step(panel[p], group, step);
                        for (var r = 0; r < rows; r++)
                            c.vpdpbusd(Sum(r, p), levels.Levels, __dword_bcst[Q(r, 8 * group + step)]);
                    }
                }
        }

        void Prefetch(int p, int line)
        {
            if (shape.Ahead != 0 && line * 64 < shape.BlockBytes)
                c.prefetcht0(__byte_ptr[panel[p] + shape.Ahead * shape.BlockBytes + 64 * line]);
        }
    }
}
