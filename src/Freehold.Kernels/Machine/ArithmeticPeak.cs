namespace Freehold.Kernels.Machine;

/// <summary>What one instruction would give if nothing but it ran, by all threads.</summary>
/// <param name="Instruction">Its name and width in bits, e.g. <c>vpdpbusd 512</c>.</param>
/// <param name="OperationsPerSecond">Multiplications and additions of bytes, each counted.</param>
/// <param name="Isa">The kernels that multiply by it; null where none of this version's do.</param>
/// <param name="Derivation">How it was worked out where .NET cannot run the instruction; null where it was measured.</param>
public sealed record ArithmeticPeak(string Instruction, double OperationsPerSecond, InstructionSet? Isa, string? Derivation);
