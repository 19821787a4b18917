using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// What the codes of w4 stand for, made unsigned by 128: (multiplier * code >> 4) + base + 128, as <see cref="Products.Lossy.W4Codes"/> computes it in 256 bits.
/// <code>
/// zmm16, 17     multipliers of a group, one of each dword's four bytes in two, for even and for odd codes
/// zmm18         bases and 128
/// zmm19         levels of a quad step
/// zmm20, 21     on their way
/// zmm26 to 28   places for vpshufb: output o's byte in bytes 0 and 2, in 1 and 3, in all of dword o
/// zmm29         0x80 in each byte
/// zmm30         0xFF00 in each word
/// zmm31         0x0F in each byte
/// </code>
/// </summary>
internal sealed class VnniLevels(Assembler c)
{
    private const int CodesAt = 64;

    // c ? b : dest, bit by bit
    private const byte Choose = 0xD8;

    private readonly AssemblerRegisterZMM _even = zmm16, _odd = zmm17, _bases = zmm18, _codes = zmm20, _high = zmm21;
    private readonly AssemblerRegisterZMM _evenPlaces = zmm26, _oddPlaces = zmm27, _places = zmm28, _sign = zmm29, _upper = zmm30, _nibble = zmm31;

    /// <summary>What <see cref="Step"/> computes.</summary>
    internal AssemblerRegisterZMM Levels => zmm19;

    /// <summary>Sets the constants; writes rax and below the stack pointer.</summary>
    internal void Prepare()
    {
        c.FillBytes(_nibble, 15);
        c.FillBytes(_sign, 0x80);
        Fill(_upper, 0xFF00FF00);
        c.FillLanes(_codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        c.vpmovzxbd(_places, xmm20);
        c.FillBytes(_codes, 1);
        c.vpmulld(_places, _places, _codes);
        // A place with its upper bit set gives zero.
        Fill(_codes, 0x80008000);
        c.vpord(_evenPlaces, _places, _codes);
        Fill(_codes, 0x00800080);
        c.vpord(_oddPlaces, _places, _codes);
    }

    /// <summary>Reads the multipliers and bases of group 0 or 1 of a block.</summary>
    internal void Begin(AssemblerRegister64 block, int group)
    {
        c.vbroadcasti32x4(_codes, __xmmword_ptr[block + 32 * group]);
        c.vpshufb(_even, _codes, _evenPlaces);
        c.vpshufb(_odd, _codes, _oddPlaces);
        c.vbroadcasti32x4(_codes, __xmmword_ptr[block + 32 * group + 16]);
        c.vpshufb(_bases, _codes, _places);
        c.vpxord(_bases, _bases, _sign);
    }

    /// <summary>Reads step 0 to 7 of a group. Products are words, since a code's neighbour is multiplied by 0; each is shifted to where its byte is.</summary>
    internal void Step(AssemblerRegister64 block, int group, int step)
    {
        var codes = __zmmword_ptr[block + CodesAt + 256 * group + 64 * (step & 3)];
        if (step < 4)
        {
            c.vpandd(_codes, _nibble, codes);
        }
        else
        {
            c.evex.vpsrlw(_codes, codes, 4);
            c.vpandd(_codes, _codes, _nibble);
        }
        c.vpmaddubsw(Levels, _even, _codes);
        c.evex.vpsrlw(Levels, Levels, 4);
        c.vpmaddubsw(_high, _odd, _codes);
        c.evex.vpsllw(_high, _high, 4);
        c.vpternlogd(Levels, _high, _upper, Choose);
        c.vpaddb(Levels, Levels, _bases);
    }

    private void Fill(AssemblerRegisterZMM register, uint dword)
    {
        c.mov(eax, dword);
        c.vpbroadcastd(register, eax);
    }
}
