using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Reads the scales of a packed panel's group into f32, as the types of <see cref="Products.Packed.IPanelScales"/> do: the same bits. Binary16 is widened by
/// vcvtph2ps, exactly; a signalling NaN becomes a quiet one, which a product would make of it anyway. A K-quant's d and dmin are widened once a block
/// and wait in memory.
/// <code>
/// zmm24   the scale
/// zmm25   the minimum, without its sign in K-quants
/// zmm26   an E8M0 scale on its way
/// zmm27   -1 in each dword, for E8M0
/// </code>
/// </summary>
/// <param name="c">Takes the code.</param>
/// <param name="shape">How scales lie.</param>
/// <param name="scales">The register that says where in a panel the scales are.</param>
/// <param name="widened">Where d and then dmin of four panels wait.</param>
internal sealed class VnniScales(Assembler c, PackedShape shape, AssemblerRegister64 scales, AssemblerMemoryOperand widened)
{
    /// <summary>What <c>widened</c> has room for.</summary>
    internal const int WidenedBytes = 2 * MinimumAt;

    private const int MinimumAt = 4 * 64;

    // From a group's scale byte to its minimum byte.
    private readonly int _minimumBytes = shape.ByteScales;

    /// <summary>The scale that <see cref="Read"/> reads.</summary>
    internal AssemblerRegisterZMM Scale => zmm24;

    /// <summary>The minimum that <see cref="Read"/> reads.</summary>
    internal AssemblerRegisterZMM Minimum => zmm25;

    /// <summary>Sets the constants.</summary>
    internal void Prepare()
    {
        if (shape.Scales == PackedScales.E8M0)
            c.vpternlogd(zmm27, zmm27, zmm27, 0xFF);
    }

    /// <summary>Begins a block of some panels.</summary>
    internal void BeginBlock(ReadOnlySpan<AssemblerRegister64> panels)
    {
        if (shape.Scales != PackedScales.Super)
            return;
        for (var p = 0; p < panels.Length; p++)
        {
            c.vcvtph2ps(Scale, __ymmword_ptr[panels[p] + scales]);
            c.vmovups(__zmmword_ptr[widened + 64 * p], Scale);
            if (!shape.Minimum)
                continue;
            c.vcvtph2ps(Minimum, __ymmword_ptr[panels[p] + scales + 32]);
            c.vmovups(__zmmword_ptr[widened + MinimumAt + 64 * p], Minimum);
        }
        c.add(scales, shape.HeadBytes);
    }

    /// <summary>Goes on to the next group.</summary>
    internal void EndGroup() => c.add(scales, shape.Scales == PackedScales.Super ? 16 * shape.Units : shape.ScaleBytes);

    /// <summary>Goes on to the next block.</summary>
    internal void EndBlock()
    {
        if (shape is { Scales: PackedScales.Super, Minimum: true })
            c.add(scales, _minimumBytes);
    }

    /// <summary>Asks for the scales some groups ahead.</summary>
    internal void Prefetch(AssemblerRegister64 panel)
    {
        var ahead = (shape.Ahead + shape.BlockGroups - 1) / shape.BlockGroups * shape.ScaleBytes;
        c.prefetcht0(__byte_ptr[panel + scales + ahead]);
        if (shape is { Scales: PackedScales.Super, Minimum: true })
            c.prefetcht0(__byte_ptr[panel + scales + ahead + _minimumBytes]);
    }

    /// <summary>Reads the scale, and the minimum where there is one, of a unit: a group or a half.</summary>
    internal void Read(AssemblerRegister64 panel, int number, int unit)
    {
        switch (shape.Scales)
        {
            case PackedScales.Half:
                c.vcvtph2ps(Scale, __ymmword_ptr[panel + scales]);
                if (shape.Minimum)
                    c.vcvtph2ps(Minimum, __ymmword_ptr[panel + scales + 32]);
                break;
            case PackedScales.E8M0:
                E8M0(panel);
                break;
            default:
                c.vpmovsxbd(Scale, __xmmword_ptr[panel + scales + 16 * unit]);
                c.vcvtdq2ps(Scale, Scale);
                c.vmulps(Scale, Scale, __zmmword_ptr[widened + 64 * number]);
                if (!shape.Minimum)
                    break;
                c.vpmovzxbd(Minimum, __xmmword_ptr[panel + scales + _minimumBytes + 16 * unit]);
                c.vcvtdq2ps(Minimum, Minimum);
                c.vmulps(Minimum, Minimum, __zmmword_ptr[widened + MinimumAt + 64 * number]);
                break;
        }
    }

    // From 2 on the exponent is e - 1. Below, the number is subnormal, 2^21 for 0 and 2^22 for 1, which is (e + 1) << 21: less than (e - 1) << 23 from 2 on.
    private void E8M0(AssemblerRegister64 panel)
    {
        c.vpmovzxbd(Scale, __xmmword_ptr[panel + scales]);
        c.vpaddd(zmm26, Scale, zmm27);
        c.vpslld(zmm26, zmm26, 23);
        c.vpsubd(Scale, Scale, zmm27);
        c.vpslld(Scale, Scale, 21);
        c.vpmaxsd(Scale, Scale, zmm26);
    }
}
