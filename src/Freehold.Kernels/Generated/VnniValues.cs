using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Reads a quad step of a packed run, [16 outputs][4 bytes], into a register of unsigned bytes: what the types of
/// <see cref="Products.Packed.ICodePlanes"/> do in 256 bits.
/// <code>
/// zmm31   mask of the low plane (8 bits: 0x80 in each byte)
/// zmm30   mask of the high plane, where there is one
/// zmm29   the table in each 128 bits, where there is one
/// zmm28   a low plane's bits before they meet the high ones
/// </code>
/// Shifts are of words, whose stray bits the masks take away.
/// </summary>
internal sealed class VnniValues(Assembler c, PackedValues values)
{
    // dest | (b & c)
    private const byte OrAnd = 0xF8;

    private static readonly byte[] _e2m1 = [12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0];

    private static readonly byte[] _nonLinear =
        [.. new[] { -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113 }.Select(value => (byte)(value + 128))];

    private readonly AssemblerRegisterZMM _lowMask = zmm31, _highMask = zmm30, _table = zmm29, _low = zmm28;

    /// <summary>Sets the constants; writes eax and below the stack pointer.</summary>
    internal void Prepare()
    {
        var (low, high) = values switch
        {
            PackedValues.Bytes => (0x80, 0),
            PackedValues.FiveBits => (15, 16),
            PackedValues.SixBits => (15, 0x30),
            PackedValues.TwoBits => (3, 0),
            PackedValues.ThreeBits => (3, 4),
            _ => (15, 0),
        };
        c.FillBytes(_lowMask, low);
        if (high != 0)
            c.FillBytes(_highMask, high);
        if (values is PackedValues.E2M1 or PackedValues.NonLinear)
            c.FillLanes(_table, values == PackedValues.E2M1 ? _e2m1 : _nonLinear);
    }

    /// <summary>Reads step 0 to 7 of the run that begins at an address.</summary>
    internal void Step(AssemblerRegisterZMM to, AssemblerMemoryOperand run, int step)
    {
        // Two-bit planes: step i + 2 f is field f of vector i.
        var (vector, field) = (step & 1, step >> 1);
        switch (values)
        {
            case PackedValues.Bytes:
                c.vpxord(to, _lowMask, At(run, step));
                break;
            case PackedValues.TwoBits:
                Shifted(to, At(run, vector), -2 * field, _lowMask);
                break;
            case PackedValues.ThreeBits:
                Shifted(to, At(run, 2), 2 - step, _highMask);
                OrLow(to, At(run, vector), 2 * field);
                break;
            case PackedValues.FiveBits:
                Shifted(to, At(run, 4), 4 - step, _highMask);
                OrLow(to, At(run, step & 3), step & 4);
                break;
            case PackedValues.SixBits:
                Shifted(to, At(run, 4 + vector), 4 - 2 * field, _highMask);
                OrLow(to, At(run, step & 3), step & 4);
                break;
            default:
                Shifted(to, At(run, step & 3), -(step & 4), _lowMask);
                if (values != PackedValues.Nibbles)
                    c.vpshufb(to, _table, to);
                break;
        }
    }

    private static AssemblerMemoryOperand At(AssemblerMemoryOperand run, int vector) => __zmmword_ptr[run + 64 * vector];

    // The plane's bits moved left, or right where that is negative.
    private void Shifted(AssemblerRegisterZMM to, AssemblerMemoryOperand plane, int left, AssemblerRegisterZMM mask)
    {
        if (left == 0)
        {
            c.vpandd(to, mask, plane);
            return;
        }
        if (left > 0)
            c.evex.vpsllw(to, plane, (byte)left);
        else
            c.evex.vpsrlw(to, plane, (byte)-left);
        c.vpandd(to, to, mask);
    }

    private void OrLow(AssemblerRegisterZMM to, AssemblerMemoryOperand plane, int right)
    {
        if (right == 0)
        {
            c.vpternlogd(to, _lowMask, plane, OrAnd);
            return;
        }
        c.evex.vpsrlw(_low, plane, (byte)right);
        c.vpternlogd(to, _lowMask, _low, OrAnd);
    }
}
