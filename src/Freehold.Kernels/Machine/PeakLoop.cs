namespace Freehold.Kernels.Machine;

/// <summary>
/// A loop that does nothing but one instruction, on registers, in chains enough to hide its latency. Rooms that generate code add their own to those of
/// <see cref="ManagedPeakLoops"/>; a measured loop takes the place of a peak that was only derived for the same instruction.
/// </summary>
public abstract class PeakLoop(string instruction, double operationsPerRun, InstructionSet? isa)
{
    /// <summary>As in <see cref="ArithmeticPeak"/>.</summary>
    public string Instruction { get; } = instruction;

    /// <summary>Operations of one <see cref="Run"/>.</summary>
    public double OperationsPerRun { get; } = operationsPerRun;

    /// <summary>As in <see cref="ArithmeticPeak"/>.</summary>
    public InstructionSet? Isa { get; } = isa;

    /// <summary>Runs once on the calling thread, for about a third of a millisecond; several threads may call it at once. The result only keeps the work from being optimised away.</summary>
    public abstract long Run();
}
