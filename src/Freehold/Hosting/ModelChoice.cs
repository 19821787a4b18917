using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Engine.Memory;

namespace Freehold.Hosting;

/// <summary>Which model serves when nobody named one, and why.</summary>
/// <param name="Model">The model.</param>
/// <param name="Why">A sentence for people.</param>
/// <param name="IsDemonstration">Whether it is the small one that comes with the program.</param>
internal sealed record ModelChoice(ResolvedModel Model, string Why, bool IsDemonstration)
{
    /// <summary>The only model there is.</summary>
    /// <exception cref="CommandException">There is none (3), or there are several (2).</exception>
    public static ResolvedModel Only(IReadOnlyList<ResolvedModel> available)
    {
        var own = available.Where(model => model.Place != ModelPlace.Embedded).ToList();
        var candidates = own.Count > 0 ? own : [.. available];
        return candidates.Count switch
        {
            1 => candidates[0],
            0 => throw CommandException.NotFound("there is no model; get one with: freehold pull hf:owner/repo"),
            _ => throw CommandException.Usage($"name a MODEL: there are {string.Join(", ", candidates.Select(model => model.Name))}"),
        };
    }

    /// <summary>The largest of the person's own models whose file leaves room in memory; else the one that comes with the program.</summary>
    /// <exception cref="CommandException">There is none (3), or none fits (4).</exception>
    public static ModelChoice Among(IReadOnlyList<ResolvedModel> available, long memory)
    {
        // Weights are mapped, not copied; as much again as a quarter of them is left for keys, values and workspace.
        bool Fits(ResolvedModel model) => model.Bytes + model.Bytes / 4 <= memory;
        var own = available.Where(model => model.Place != ModelPlace.Embedded).ToList();
        if (own.Where(Fits).MaxBy(model => model.Bytes) is { } largest)
            return new(largest, own.Count == 1 ? "it is the only model you have" : $"it is the largest of your {own.Count} models that fits {ByteCount.Write(memory)} of free memory", false);
        var demonstration = available.Where(model => model.Place == ModelPlace.Embedded).Where(Fits).MaxBy(model => model.Bytes);
        if (demonstration is not null)
            return new(demonstration, own.Count == 0 ? "you have no model of your own yet" : $"none of your models fits {ByteCount.Write(memory)} of free memory", true);
        throw available.Count == 0
            ? CommandException.NotFound("there is no model; get one with: freehold pull hf:owner/repo")
            : CommandException.Refused($"no model fits: {ByteCount.Write(memory)} of memory are free, the smallest needs {ByteCount.Write(available.Min(model => model.Bytes * 5 / 4))}");
    }

    /// <summary>The memory this process may still take.</summary>
    public static long FreeMemory() => AvailableMemory.Measure();
}
