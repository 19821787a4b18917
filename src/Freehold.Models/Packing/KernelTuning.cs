using Freehold.Kernels;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Products.Choices;

namespace Freehold.Models.Packing;

/// <summary>Times the kernels for a model's packed weights on this machine, once, and has the fastest used (<see cref="KernelTuner"/>). No choice changes a result.</summary>
public sealed class KernelTuning
{
    /// <summary>Where choices are kept; null makes them anew each time.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Says when a choice that others disturbed has served its time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Chooses for forms.</summary>
    /// <param name="compute">Whose kernels.</param>
    /// <param name="forms">What its weights are.</param>
    /// <returns>What was chosen, for people.</returns>
    internal string Apply(Compute compute, IEnumerable<PackedForm> forms)
    {
        var machine = CacheFolder is null ? null : new MachineProbeCache(CacheFolder, MachineProfile.Detect(), compute.Threads).Identity;
        return string.Join("; ", forms.Select(form => Choose(form) is { } choice ? $"{form.Name} {Text(choice)}" : null).Where(text => text is not null));

        KernelChoice? Choose(PackedForm form)
        {
            if (compute.ChoiceOf(form) is null)
                return null;
            var cache = CacheFolder is null ? null : new KernelChoiceCache(CacheFolder, machine!, compute, form);
            if (cache?.Read(Clock.GetUtcNow()) is { } known)
            {
                compute.Choose(form, known);
                return known;
            }
            if (KernelTuner.Choose(compute, form) is not { } made)
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
