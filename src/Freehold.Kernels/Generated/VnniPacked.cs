using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Few rows by packed panels in AVX-512 VNNI: every byte of the weights is read once and in order, from as many places at once as there are
/// panels, and asked for some groups ahead. The chains are those of docs/numerics.md.
/// <code>
/// zmm0 to 15    integer sums [row][panel]; they begin at -offset * asum
/// zmm16 to 19   weights of a step, one register a panel
/// zmm20 to 23   activations of a step, one register a row
/// zmm24 to 27   d * (float)asum of each row, where there is a minimum
/// zmm28 to 30   scales of a panel's group, scales times d, minimums
/// zmm31         0x80 or 0x0F in each byte
/// </code>
/// Binary16 is widened by vcvtph2ps, exactly; a signalling NaN becomes a quiet one, which a product would make of it anyway.
/// </summary>
internal static class VnniPacked
{
    /// <summary>The most rows a routine takes.</summary>
    internal const int MostRows = 4;

    private const int Lanes = 16;

    /// <summary>The routine for so many panels (1, 2 or 4) and rows.</summary>
    internal static int Routine(int panels, int rows) => (panels >> 1) * MostRows + rows - 1;

    /// <summary>All routines of a shape, as <see cref="Routine"/> numbers them.</summary>
    internal static byte[][] Routines(PackedShape shape)
    {
        var routines = new byte[3 * MostRows][];
        foreach (var panels in new[] { 1, 2, 4 })
            for (var rows = 1; rows <= MostRows; rows++)
                routines[Routine(panels, rows)] = Emit(shape, panels, rows);
        return routines;
    }

    private static byte[] Emit(PackedShape shape, int panels, int rows)
    {
        var c = new Assembler(64);
        AssemblerRegister64[] panel = [rsi, r12, r13, r14], kept = [rbx, rbp, r12, r13, r14, r15];
        AssemblerRegister64 values = rdx, scales = rcx, q = r8, d = r9, sums = r10, groups = r15, y = rdi;
        // Rows of q, d and sums are 32, 4 and 8 bytes a group apart: all are small multiples of these.
        AssemblerRegister64 four = r11, eight = rbp, twelve = rbx;
        foreach (var register in kept)
            c.push(register);
        for (var p = 0; p < panels; p++)
            c.mov(panel[p], __qword_ptr[rdi + 8 * p]);
        c.mov(values, __qword_ptr[rdi + 32]);
        c.mov(q, __qword_ptr[rdi + 40]);
        c.mov(d, __qword_ptr[rdi + 48]);
        c.mov(sums, __qword_ptr[rdi + 56]);
        c.mov(groups, __qword_ptr[rdi + 72]);
        c.mov(y, __qword_ptr[rdi + 64]);
        c.lea(four, __[groups * 4]);
        c.lea(eight, __[groups * 8]);
        c.lea(twelve, __[four + eight]);
        c.xor(ecx, ecx);
        c.mov(eax, unchecked(shape.Bits == 8 ? (int)0x80808080 : 0x0F0F0F0F));
        c.vpbroadcastd(zmm31, eax);
        c.vpxord(zmm0, zmm0, zmm0);
        for (var i = 0; i < rows * panels; i++)
            c.vmovups(__zmmword_ptr[y + 64 * i], zmm0);

        var group = c.CreateLabel();
        c.Label(ref group);
        for (var r = 0; r < rows; r++)
            Begin(r);
        if (shape.Bits == 8)
            for (var step = 0; step < 8; step++)
                Bytes(step);
        else
            for (var vector = 0; vector < 4; vector++)
                Nibbles(vector);
        for (var p = 0; p < panels; p++)
            Link(p);
        c.add(values, shape.ValueBytes);
        c.add(scales, shape.ScaleBytes);
        c.add(q, 32);
        c.add(d, 4);
        c.add(sums, 8);
        c.dec(groups);
        c.jne(group);
        c.vzeroupper();
        foreach (var register in kept.Reverse())
            c.pop(register);
        c.ret();
        return c.Bytes();

        AssemblerRegisterZMM Sum(int row, int p) => Zmm(row * panels + p);

        AssemblerMemoryOperand QOf(int row) => row switch { 0 => __[q], 1 => __[q + four * 8], 2 => __[q + eight * 8], _ => __[q + twelve * 8] };

        AssemblerMemoryOperand DOf(int row) => row switch { 0 => __[d], 1 => __[d + four], 2 => __[d + eight], _ => __[d + twelve] };

        AssemblerMemoryOperand SumsOf(int row) => row switch { 0 => __[sums], 1 => __[sums + four * 2], 2 => __[sums + eight * 2], _ => __[sums + twelve * 2] };

        void Begin(int row)
        {
            c.mov(eax, __dword_ptr[SumsOf(row)]);
            c.add(eax, __dword_ptr[SumsOf(row) + 4]);
            if (shape.Minimum)
            {
                var term = new AssemblerRegisterXMM(Register.XMM24 + row);
                c.evex.vcvtsi2ss(term, xmm31, eax);
                c.evex.vmulss(term, term, __dword_ptr[DOf(row)]);
                c.evex.vbroadcastss(Zmm(24 + row), term);
            }
            if (shape.Offset != 0)
            {
                c.imul(eax, eax, -shape.Offset);
                for (var p = 0; p < panels; p++)
                    c.vpbroadcastd(Sum(row, p), eax);
            }
            else
            {
                for (var p = 0; p < panels; p++)
                    c.vpxord(Sum(row, p), Sum(row, p), Sum(row, p));
            }
        }

        void Bytes(int step)
        {
            for (var p = 0; p < panels; p++)
            {
                c.vpxord(Zmm(16 + p), zmm31, __zmmword_ptr[panel[p] + values + 64 * step]);
                Prefetch(p, step);
            }
            Products(step);
        }

        void Nibbles(int vector)
        {
            for (var p = 0; p < panels; p++)
            {
                c.vpandd(Zmm(16 + p), zmm31, __zmmword_ptr[panel[p] + values + 64 * vector]);
                Prefetch(p, vector);
            }
            Products(vector);
            for (var p = 0; p < panels; p++)
            {
                c.evex.vpsrlw(Zmm(16 + p), __zmmword_ptr[panel[p] + values + 64 * vector], 4);
                c.vpandd(Zmm(16 + p), Zmm(16 + p), zmm31);
            }
            Products(vector + 4);
        }

        void Prefetch(int p, int line)
        {
            if (shape.Ahead == 0)
                return;
            c.prefetcht0(__byte_ptr[panel[p] + values + shape.Ahead * shape.ValueBytes + 64 * line]);
            if (line == 0)
                c.prefetcht0(__byte_ptr[panel[p] + scales + shape.Ahead * shape.ScaleBytes]);
        }

        void Products(int step)
        {
            for (var r = 0; r < rows; r++)
            {
                c.evex.vpbroadcastd(Zmm(20 + r), __dword_ptr[QOf(r) + 4 * step]);
                for (var p = 0; p < panels; p++)
                    c.vpdpbusd(Sum(r, p), Zmm(16 + p), Zmm(20 + r));
            }
        }

        // y = fma((float)isum, scale * d, y); y = fma(minimum, d * (float)asum, y)
        void Link(int p)
        {
            c.vcvtph2ps(zmm28, __ymmword_ptr[panel[p] + scales]);
            if (shape.Minimum)
                c.vcvtph2ps(zmm30, __ymmword_ptr[panel[p] + scales + 2 * Lanes]);
            for (var r = 0; r < rows; r++)
            {
                var chain = __zmmword_ptr[y + 64 * (r * panels + p)];
                c.vmulps(zmm29, zmm28, __dword_bcst[DOf(r)]);
                c.vcvtdq2ps(Sum(r, p), Sum(r, p));
                c.vfmadd213ps(Sum(r, p), zmm29, chain);
                if (shape.Minimum)
                    c.vfmadd231ps(Sum(r, p), zmm30, Zmm(24 + r));
                c.vmovups(chain, Sum(r, p));
            }
        }
    }
}
