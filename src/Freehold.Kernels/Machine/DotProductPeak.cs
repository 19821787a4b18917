using Freehold.Kernels.Generated;
using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Machine;

/// <summary>A loop of 512-bit byte dot products on registers alone: the most that <see cref="InstructionSet.Avx512Vnni"/> can reach on this CPU.</summary>
public sealed unsafe class DotProductPeak : IDisposable
{
    private const int Chains = 24;
    private readonly Routines _routines;

    /// <summary>Makes the loop.</summary>
    /// <exception cref="PlatformNotSupportedException">The CPU or the system lacks what it needs.</exception>
    public DotProductPeak()
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException($"this CPU or system does not offer {InstructionSet.Avx512Vnni}");
        var c = new Assembler(64);
        c.mov(rax, __qword_ptr[rdi]);
        var loop = c.CreateLabel();
        c.Label(ref loop);
        for (var i = 0; i < Chains; i++)
            c.vpdpbusd(Zmm(i), zmm30, zmm31);
        c.dec(rax);
        c.jne(loop);
        c.vzeroupper();
        c.ret();
        _routines = new NativeRoutines([c.Bytes()]);
    }

    /// <summary>Whether it can run here.</summary>
    public static bool IsSupported => InstructionSets.IsSupported(InstructionSet.Avx512Vnni);

    /// <summary>Operations of one loop: a multiplication and an addition are two.</summary>
    public static int Operations => Chains * 64 * 2;

    /// <summary>Runs so many loops, at least 1.</summary>
    public void Run(long loops)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(loops, 1);
        _routines.Call(0, &loops);
    }

    /// <inheritdoc/>
    public void Dispose() => _routines.Dispose();
}
