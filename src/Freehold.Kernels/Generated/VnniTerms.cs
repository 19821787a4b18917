using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// What the sums of the activations give for each row and unit: where integer sums begin, -offset * asum, or what minimums are multiplied by, d * (float)asum; no
/// type has both. K-quants' are computed for the eight groups of a block at once, others' group by group. They wait in memory, from which they are broadcast.
/// <code>
/// rax           where a group's are, in K-quants; else on its way
/// zmm22         terms on their way
/// zmm23         -offset in each dword, in K-quants
/// zmm24, 25     between links free
/// </code>
/// </summary>
/// <param name="c">Takes the code.</param>
/// <param name="shape">What they are of.</param>
/// <param name="x">The rows.</param>
/// <param name="rows">How many.</param>
/// <param name="waiting">Where they wait, 64 bytes a row.</param>
internal sealed class VnniTerms(Assembler c, PackedShape shape, VnniRows x, int rows, AssemblerMemoryOperand waiting)
{
    private const int RowBytes = 64;

    private bool ByBlock => shape.BlockGroups > 1;

    /// <summary>Sets the constants; writes eax.</summary>
    internal void Prepare()
    {
        if (!ByBlock || shape.Offset == 0)
            return;
        c.mov(eax, -shape.Offset);
        c.vpbroadcastd(zmm23, eax);
    }

    /// <summary>Computes those of a block.</summary>
    internal void BeginBlock()
    {
        if (!ByBlock)
            return;
        for (var r = 0; r < rows; r++)
        {
            // Low and high half of eight groups; of whole groups the lower dword takes both.
            c.vmovdqu32(zmm22, __zmmword_ptr[x.Sums(r)]);
            if (!shape.Halves)
            {
                c.evex.vpsrlq(zmm24, zmm22, 32);
                c.vpaddd(zmm22, zmm22, zmm24);
            }
            if (shape.Minimum)
                TimesD(r);
            else
                c.vpmulld(zmm22, zmm22, zmm23);
            c.vmovups(__zmmword_ptr[waiting + RowBytes * r], zmm22);
        }
        c.lea(rax, waiting);
    }

    /// <summary>Computes those of a group.</summary>
    internal void BeginGroup()
    {
        for (var r = 0; r < rows && !ByBlock; r++)
        {
            c.mov(eax, __dword_ptr[x.Sums(r)]);
            c.add(eax, __dword_ptr[x.Sums(r) + 4]);
            if (shape.Minimum)
            {
                c.evex.vcvtsi2ss(xmm22, xmm31, eax);
                c.evex.vmulss(xmm22, xmm22, __dword_ptr[x.D(r)]);
                c.evex.vmovss(__dword_ptr[At(r, 0)], xmm22);
            }
            else
            {
                c.imul(eax, eax, -shape.Offset);
                c.mov(__dword_ptr[At(r, 0)], eax);
            }
        }
    }

    /// <summary>Where that of a row and unit is.</summary>
    internal AssemblerMemoryOperand At(int row, int unit) => ByBlock ? __[rax + RowBytes * row + 4 * unit] : waiting + RowBytes * row;

    /// <summary>Goes on to the next group.</summary>
    internal void EndGroup()
    {
        if (ByBlock)
            c.add(rax, 8);
    }

    private void TimesD(int row)
    {
        c.vcvtdq2ps(zmm22, zmm22);
        c.vpmovzxdq(zmm24, __ymmword_ptr[x.D(row)]);
        if (shape.Halves)
        {
            c.evex.vpsllq(zmm25, zmm24, 32);
            c.vpord(zmm24, zmm24, zmm25);
        }
        c.vmulps(zmm22, zmm22, zmm24);
    }
}
