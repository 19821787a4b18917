using Freehold.Kernels.Machine;
using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>512-bit byte dot products on registers alone: the most that <see cref="InstructionSet.Avx512Vnni"/> can reach.</summary>
internal sealed unsafe class DotProductPeak : PeakLoop, IDisposable
{
    private const int Chains = 24, Loops = 200_000;
    private readonly NativeRoutines _routines;

    private DotProductPeak()
        : base("vpdpbusd 512", (double)Loops * Chains * 64 * 2, InstructionSet.Avx512Vnni)
    {
        var c = new Assembler(64);
        c.mov(eax, Loops);
        var loop = c.CreateLabel();
        c.Label(ref loop);
        for (var i = 0; i < Chains; i++)
            c.vpdpbusd(Zmm(i), zmm30, zmm31);
        c.dec(eax);
        c.jne(loop);
        c.vzeroupper();
        c.ret();
        _routines = new NativeRoutines([c.Bytes()]);
    }

    /// <summary>The loop, where it can run.</summary>
    internal static IEnumerable<PeakLoop> Here() => InstructionSets.IsSupported(InstructionSet.Avx512Vnni) ? [new DotProductPeak()] : [];

    /// <summary>Frees the code; the finalizer does where nobody does.</summary>
    public void Dispose() => _routines.Dispose();

    /// <inheritdoc/>
    public override long Run()
    {
        _routines.Call(0, null);
        return 0;
    }
}
