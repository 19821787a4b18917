using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;

namespace Freehold.Models.Packing;

/// <summary>Times the kernels for a model's packed weights on this machine, once, and has the fastest used (<see cref="KernelTuner"/>). No choice changes a result.</summary>
public sealed class KernelTuning
{
    /// <summary>Where choices are kept; null makes them anew each time.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Says when a choice that others disturbed has served its time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Chooses for types.</summary>
    /// <param name="compute">Whose kernels.</param>
    /// <param name="types">The types.</param>
    /// <param name="bits">How finely activations are quantised.</param>
    /// <returns>What was chosen, for people.</returns>
    internal string Apply(Compute compute, IEnumerable<TensorType> types, ActivationBits bits)
    {
        var machine = CacheFolder is null ? null : new MachineProbeCache(CacheFolder, MachineProfile.Detect(), compute.Threads).Identity;
        return string.Join("; ", types.Select(type => Choose(type) is { } choice ? $"{type} {Text(choice)}" : null).Where(text => text is not null));

        KernelChoice? Choose(TensorType type)
        {
            if (compute.ChoiceOf(type, bits) is null)
                return null;
            var cache = CacheFolder is null ? null : new KernelChoiceCache(CacheFolder, machine!, compute, type, bits);
            if (cache?.Read(Clock.GetUtcNow()) is { } known)
            {
                compute.Choose(type, bits, known);
                return known;
            }
            if (KernelTuner.Choose(compute, type, bits) is not { } made)
                return null;
            cache?.TryWrite(made.Choice, made.WasDisturbed ? Clock.GetUtcNow() + MeasurementFile.RetryAfter : null);
            return made.Choice;
        }
    }

    private static string Text(KernelChoice choice)
    {
        var packed = choice.MostPacked switch
        {
            0 => "",
            KernelChoice.Never => "panels as they lie",
            _ => $"panels as they lie up to {choice.MostPacked} rows, else ",
        };
        var many = choice.MostPacked == KernelChoice.Never ? "" : $"{choice.Stretch} groups unpacked at a time";
        return packed + many + (choice.FromTiles == KernelChoice.Never ? "" : $", from {choice.FromTiles} rows on AMX");
    }
}
