namespace Freehold.Kernels;

/// <summary>Whether AMX's tile products of bytes can be used here (<see cref="InstructionSet.Amx"/>).</summary>
/// <param name="IsOn">Whether they can.</param>
/// <param name="Why">What they are for, or what is missing; a phrase without a full stop.</param>
public sealed record AmxState(bool IsOn, string Why);
