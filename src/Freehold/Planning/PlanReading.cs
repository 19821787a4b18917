using Freehold.Engine.Memory;
using Freehold.Hosting;

namespace Freehold.Planning;

/// <summary>Gathers what a plan is made of: the machine's limits, an earlier bench, prices.</summary>
internal static class PlanReading
{
    /// <summary>A plan for a model that is being served; the machine is measured where it never was.</summary>
    public static ServingPlan Serving(ModelOpening opening, OpenModel open, MemoryPlan? memory, TextWriter error, CancellationToken cancellationToken) =>
        With(opening, open, memory, MachineLimits.KnownOrMeasured(opening.CacheFolder, open.Compute.Workers, error, cancellationToken), new PriceOptions(), null);

    /// <summary>A plan without measuring; null where the machine was never measured.</summary>
    public static ServingPlan? Known(ModelOpening opening, OpenModel open, MemoryPlan memory) =>
        MachineLimits.Known(opening.CacheFolder, open.Compute.Threads) is { } machine ? With(opening, open, memory, machine, new PriceOptions(), null) : null;

    /// <summary>A plan for a machine whose limits are known.</summary>
    public static ServingPlan With(ModelOpening opening, OpenModel open, MemoryPlan? memory, MachineLimits machine, PriceOptions prices, Conversation? conversation) =>
        Planner.Make(open, memory, machine, SpeedsOf(opening, open, machine).Read(), opening.Prices(prices, machine.Profile.Budget.Cores), conversation);

    /// <summary>Where benches of a model on a machine are kept.</summary>
    public static MeasuredSpeeds SpeedsOf(ModelOpening opening, OpenModel open, MachineLimits machine) =>
        new(Path.Combine(opening.CacheFolder, "bench"), machine.Identity, open.Resolved, open.Compute.Isa, (int)open.Loaded.Activations, open.Loaded.KeysValues);
}
