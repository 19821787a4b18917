using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Where up to eight rows of activations are at a group, as <see cref="Products.ActivationRows"/> keeps them row by row. Values, scales and sums of a row
/// are 32, 4 and 8 bytes a group, so one register, or the triple or double of it, steps from row to row in all three. From the fifth row on a second set
/// of pointers serves, in registers that four panels want.
/// </summary>
internal sealed class VnniRows(Assembler c, int rows)
{
    private readonly AssemblerRegister64[] _q = [r8, r13], _d = [r9, r14], _sums = [r10, r15];

    // Rows of scales apart: one, two and three.
    private readonly AssemblerRegister64 _four = r11, _eight = rbp, _twelve = rbx;

    private int Sets => rows > 4 ? 2 : 1;

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
        c.lea(_four, __[groups * 4]);
        c.lea(_eight, __[groups * 8]);
        c.lea(_twelve, __[_four + _eight]);
        if (Sets == 1)
            return;
        c.lea(_d[1], __[_d[0] + _eight * 2]);
        c.lea(_sums[1], __[_sums[0] + _eight * 4]);
        // Four rows of values are 128 bytes a group.
        c.mov(_q[1], groups);
        c.shl(_q[1], 7);
        c.add(_q[1], _q[0]);
    }

    /// <summary>Goes on to the next group.</summary>
    internal void EndGroup()
    {
        for (var set = 0; set < Sets; set++)
        {
            c.add(_q[set], 32);
            c.add(_d[set], 4);
            c.add(_sums[set], 8);
        }
    }

    /// <summary>A row's 32 values.</summary>
    internal AssemblerMemoryOperand Q(int row) => Of(_q, row, 8);

    /// <summary>A row's scale.</summary>
    internal AssemblerMemoryOperand D(int row) => Of(_d, row, 1);

    /// <summary>A row's sums of its low and its high half.</summary>
    internal AssemblerMemoryOperand Sums(int row) => Of(_sums, row, 2);

    private AssemblerMemoryOperand Of(AssemblerRegister64[] from, int row, int scale) => (row % 4) switch
    {
        0 => __[from[row / 4]],
        1 => __[from[row / 4] + _four * scale],
        2 => __[from[row / 4] + _eight * scale],
        _ => __[from[row / 4] + _twelve * scale],
    };
}
