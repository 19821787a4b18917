using Freehold.Kernels.Machine;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>Tile products of bytes on tiles alone, 64 inputs at a time: the most that <see cref="InstructionSet.Amx"/> can reach.</summary>
internal sealed unsafe class TileProductPeak : PeakLoop, IDisposable
{
    private const int Loops = 3_000, Products = 16, Rows = 16, Lanes = 16, Inputs = 64;
    private readonly NativeRoutines _routines;
    private readonly TileConfiguration _tiles;

    private TileProductPeak()
        : base("tdpbssd", 2.0 * Loops * Products * Rows * Lanes * Inputs, InstructionSet.Amx)
    {
        var c = new Assembler(64);
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3];
        foreach (var tile in sums.Concat([tmm4, tmm6]))
            c.tilezero(tile);
        c.mov(eax, Loops);
        var loop = c.CreateLabel();
        c.Label(ref loop);
        for (var i = 0; i < Products; i++)
            c.tdpbssd(sums[i % sums.Length], tmm4, tmm6);
        c.dec(eax);
        c.jne(loop);
        c.ret();
        _routines = new NativeRoutines([c.Bytes()]);
        _tiles = new TileConfiguration(TileConfiguration.Describe(_ => (Rows, Inputs)), code => new NativeRoutines(code));
    }

    /// <summary>The loop, where it can run.</summary>
    internal static IEnumerable<PeakLoop> Here() => InstructionSets.Amx.IsOn ? [new TileProductPeak()] : [];

    /// <summary>Frees the code.</summary>
    public void Dispose()
    {
        _routines.Dispose();
        _tiles.Dispose();
    }

    /// <inheritdoc/>
    public override long Run()
    {
        _tiles.Enter();
        _routines.Call(0, null);
        _tiles.Leave();
        return 0;
    }
}
