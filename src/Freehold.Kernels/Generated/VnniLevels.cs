using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// What the codes of w4 stand for, made unsigned by 128: (multiplier * code >> 4) + base + 128, as <see cref="Products.Lossy.W4Codes"/> computes it in 256 bits.
/// <code>
/// zmm16         multipliers of a group, times 256 in each word
/// zmm17         0x00F0 in each word
/// zmm18         bases and 128
/// zmm19         levels of a quad step
/// zmm20, 21     on their way
/// zmm27, 28     places for vpshufb: output o's byte in bytes 1 and 3, in all of dword o
/// zmm29         0x80 in each byte
/// zmm30         0xFF00 in each word
/// zmm31         0xF000 in each word
/// </code>
/// </summary>
internal sealed class VnniLevels(Assembler c)
{
    private const int CodesAt = 64;

    // c ? b : dest, bit by bit
    private const byte Choose = 0xD8;

    private readonly AssemblerRegisterZMM _multipliers = zmm16, _bases = zmm18, _codes = zmm20, _odd = zmm21;
    private readonly AssemblerRegisterZMM _evenMask = zmm17, _oddPlaces = zmm27, _places = zmm28, _sign = zmm29, _upper = zmm30, _oddMask = zmm31;

    /// <summary>What <see cref="Step"/> computes.</summary>
    internal AssemblerRegisterZMM Levels => zmm19;

    /// <summary>Sets the constants; writes rax and below the stack pointer.</summary>
    internal void Prepare()
    {
        Fill(_evenMask, 0x00F000F0);
        Fill(_oddMask, 0xF000F000);
        c.FillBytes(_sign, 0x80);
        Fill(_upper, 0xFF00FF00);
        c.FillLanes(_codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        c.vpmovzxbd(_places, xmm20);
        c.FillBytes(_codes, 1);
        c.vpmulld(_places, _places, _codes);
        // A place with its upper bit set gives zero.
        Fill(_codes, 0x00800080);
        c.vpord(_oddPlaces, _places, _codes);
    }

    /// <summary>Reads the multipliers and bases of group 0 or 1 of a block.</summary>
    internal void Begin(AssemblerRegister64 block, int group)
    {
        c.vbroadcasti32x4(_codes, __xmmword_ptr[block + 32 * group]);
        c.vpshufb(_multipliers, _codes, _oddPlaces);
        c.vbroadcasti32x4(_codes, __xmmword_ptr[block + 32 * group + 16]);
        c.vpshufb(_bases, _codes, _places);
        c.vpxord(_bases, _bases, _sign);
    }

    /// <summary>
    /// Reads step 0 to 7 of a group. Low nibbles are moved to where the high ones are; the upper half of a word's product with its multiplier * 256 has each byte in its
    /// place, the odd one's with four bits below.
    /// </summary>
    internal void Step(AssemblerRegister64 block, int group, int step)
    {
        var codes = __zmmword_ptr[block + CodesAt + 256 * group + 64 * (step & 3)];
        if (step < 4)
        {
            c.evex.vpsllw(_codes, codes, 4);
            c.vpandd(Levels, _evenMask, _codes);
            c.vpandd(_odd, _oddMask, _codes);
        }
        else
        {
            c.vpandd(Levels, _evenMask, codes);
            c.vpandd(_odd, _oddMask, codes);
        }
        c.vpmulhuw(Levels, Levels, _multipliers);
        c.vpmulhuw(_odd, _odd, _multipliers);
        c.vpternlogd(Levels, _odd, _upper, Choose);
        c.vpaddb(Levels, Levels, _bases);
    }

    private void Fill(AssemblerRegisterZMM register, uint dword)
    {
        c.mov(eax, dword);
        c.vpbroadcastd(register, eax);
    }
}
