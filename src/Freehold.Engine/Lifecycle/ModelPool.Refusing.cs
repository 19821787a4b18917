using Freehold.Engine.Refusals;

namespace Freehold.Engine.Lifecycle;

/// <summary>Loads that fail or find no room, and what those who wait are told.</summary>
public sealed partial class ModelPool<TModel>
{
    private static readonly TimeSpan RoomRetry = TimeSpan.FromSeconds(10);

    private void Fail(Load load, Exception error)
    {
        Stop(load);
        if (_closing)
            return;
        var place = load.Place;
        var failures = place.Fault is { } before && before.Version == load.Model.Version ? before.Failures + 1 : 1;
        var wait = TimeSpan.FromTicks(Math.Min(_options.LongestRetry.Ticks, _options.FirstRetry.Ticks << Math.Min(failures - 1, 20)));
        place.Fault = new Fault(load.Model.Version, error.Message, Now + wait, failures);
        _roomCame = true;
        FailWaiters(place, () => Failed(place.Name, place.Fault, error));
    }

    private ModelUnavailableException Failed(string name, Fault fault, Exception? cause = null)
    {
        var wait = Positive(fault.RetryAt - Now);
        return new ModelUnavailableException(UnavailableReason.LoadFailed,
            FormattableString.Invariant($"'{name}' could not be loaded: {fault.Message.TrimEnd('.')}. It is tried again in {Math.Ceiling(wait.TotalSeconds):0} s at the earliest, or at once when its file changes"), wait, cause);
    }

    private void Refuse(Load load, MemoryNeed need)
    {
        var place = load.Place;
        var pinned = Residents.Where(resident => resident.Pinned && resident.Place != place).Sum(resident => resident.Memory.Total - resident.SpareBytes);
        var never = need.Least > _options.BudgetBytes - pinned;
        var message = $"'{place.Name}' needs {Size(need.Least)} of memory (weights {Size(need.Weights)}, workspace {Size(need.Workspace + need.Scratch)}, keys and values at least {Size(need.LeastKeysAndValues)}); "
            + $"the budget is {Size(_options.BudgetBytes)}, {Size(_options.BudgetBytes - TakenBytes)} of it free{Others(place)}. "
            + (never ? pinned > 0 ? "Unpin or unload a model, give more memory (--memory), or take a smaller model" : "Give more memory (--memory), or take a smaller model" : "Try again when one of them has ended");
        if (place.Serving is not null)
            place.Fault = new Fault(load.Model.Version, message, Now + _options.FirstRetry, 1); // the version that is here serves on
        Stop(load);
        FailWaiters(place, () => new ModelUnavailableException(never ? UnavailableReason.NeverFits : UnavailableReason.NoRoom, message, never ? null : RoomRetry));
    }

    private string Others(Place<TModel> place)
    {
        var others = Residents.Where(resident => resident.Place != place)
            .Select(resident => $"'{resident.Place.Name}' {Size(resident.Memory.Total)} ({(resident.Pinned ? "pinned" : resident.Holders > 0 ? $"in use by {resident.Holders}" : "leaving")})").ToList();
        return others.Count == 0 ? "" : $"; it is taken by {string.Join(", ", others)}";
    }

    private static string Size(long bytes) => bytes >= 1L << 30 ? FormattableString.Invariant($"{bytes / (double)(1L << 30):0.0} GiB") : FormattableString.Invariant($"{bytes / (double)(1L << 20):0.0} MiB");
}
