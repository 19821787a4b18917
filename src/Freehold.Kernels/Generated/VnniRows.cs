using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Where up to eight rows of activations are at a group, as <see cref="Products.ActivationRows"/> keeps them row by row. Values, scales and sums of a row
/// are 32, 4 and 8 bytes a group, so one register, or the triple or double of it, steps from row to row in all three. Values of int16 are 64 bytes, so the registers
/// are twice as large, and scales, for which that is every other row, have pointers for even and for odd rows. From the fifth row on a second set of pointers
/// serves, in registers that four panels want.
/// </summary>
internal sealed class VnniRows(Assembler c, int rows, bool words)
{
    // Where four panels are read r14 is a panel, and r15 is free.
    private readonly AssemblerRegister64[] _q = [r8, r13], _d = [r9, rows > 4 ? r14 : r15], _sums = [r10, r15];

    // One row, two and three apart: of scales, or of sums where values are int16.
    private readonly AssemblerRegister64 _one = r11, _two = rbp, _three = rbx;

    private int Sets => rows > 4 ? 2 : 1;

    private int ValueBytes => words ? 64 : 32;

    /// <summary>Takes the pointers of a call.</summary>
    /// <param name="q">Where it has that of the values.</param>
    /// <param name="d">Of the scales.</param>
    /// <param name="sums">Of the sums.</param>
    /// <param name="groups">Groups of a row.</param>
    internal void Begin(AssemblerMemoryOperand q, AssemblerMemoryOperand d, AssemblerMemoryOperand sums, AssemblerRegister64 groups)
    {
        c.mov(_q[0], q);
        c.mov(_d[0], d);
        c.mov(_sums[0], sums);
        c.lea(_one, __[groups * (words ? 8 : 4)]);
        c.lea(_two, __[_one * 2]);
        c.lea(_three, __[_one + _two]);
        if (words)
            c.lea(_d[1], __[_d[0] + groups * 4]);
        if (Sets == 1)
            return;
        if (!words)
            c.lea(_d[1], __[_d[0] + _two * 2]);
        c.lea(_sums[1], __[_sums[0] + _two * (words ? 2 : 4)]);
        // Four rows of values are 128 bytes a group, or 256.
        c.mov(_q[1], groups);
        c.shl(_q[1], (byte)(words ? 8 : 7));
        c.add(_q[1], _q[0]);
    }

    /// <summary>Goes on to the next group.</summary>
    internal void EndGroup()
    {
        for (var set = 0; set < Sets; set++)
        {
            c.add(_q[set], ValueBytes);
            c.add(_sums[set], 8);
        }
        foreach (var d in _d.AsSpan(0, words ? 2 : Sets))
            c.add(d, 4);
    }

    /// <summary>A row's 32 values of a group.</summary>
    internal AssemblerMemoryOperand Q(int row) => Of(_q, row, 8);

    /// <summary>A row's scale.</summary>
    internal AssemblerMemoryOperand D(int row) => words ? At(_d[row % 2], row / 2, 1) : Of(_d, row, 1);

    /// <summary>A row's sums of its low and its high half.</summary>
    internal AssemblerMemoryOperand Sums(int row) => Of(_sums, row, words ? 1 : 2);

    private AssemblerMemoryOperand Of(AssemblerRegister64[] from, int row, int scale) => At(from[row / 4], row % 4, scale);

    private AssemblerMemoryOperand At(AssemblerRegister64 from, int steps, int scale) => steps switch
    {
        0 => __[from],
        1 => __[from + _one * scale],
        2 => __[from + _two * scale],
        _ => __[from + _three * scale],
    };
}
