namespace Freehold.Engine.Lifecycle;

/// <summary>How loaded models give up keys and values that they can do without to one that is to be loaded, and have them again when it is gone.</summary>
public sealed partial class ModelPool<TModel>
{
    /// <summary>Whether there is room that those who gave some up have not been offered yet.</summary>
    private bool _roomCame;

    private void Shrink(IEnumerable<Resident<TModel>> residents, long missing)
    {
        foreach (var resident in residents.Where(resident => resident.SpareBytes > 0))
        {
            if (missing <= 0)
                return;
            var given = Math.Min(missing, resident.SpareBytes);
            missing -= given;
            if (resident.Resizing)
                continue; // asked when that is over
            resident.Coming = given;
            Resize(resident, resident.Memory.KeysAndValues - given);
        }
    }

    /// <summary>Those that gave something up have it again, as far as it is there and nobody is to be loaded: the last used first.</summary>
    private void Regrow()
    {
        if (!_roomCame || _load is not null || _queue.Count > 0 || _closing || Residents.Any(resident => resident.Resizing))
            return;
        _roomCame = false;
        var free = _options.BudgetBytes - TakenBytes;
        foreach (var resident in Residents.Where(resident => resident.GivenUpBytes > 0).OrderByDescending(resident => resident.LastUsed).ToList())
        {
            var more = Math.Min(resident.GivenUpBytes, free);
            if (more <= 0)
                return;
            free -= more;
            // Counted at once: nobody else is promised it.
            resident.Memory = resident.Memory with { KeysAndValues = resident.Memory.KeysAndValues + more };
            Resize(resident, resident.Memory.KeysAndValues);
        }
    }

    private void Resize(Resident<TModel> resident, long keysAndValues)
    {
        resident.Resizing = true;
        var resized = Task.Run(() => resident.Loaded.Spare!.ResizeAsync(keysAndValues));
        Then(resized, () =>
        {
            (resident.Resizing, resident.Coming) = (false, 0);
            if (resized.IsCompletedSuccessfully)
                resident.Memory = resident.Memory with { KeysAndValues = resized.Result };
            // What gives less than it said is not asked again.
            if (!resized.IsCompletedSuccessfully || resized.Result > keysAndValues)
                resident.Keeps = resident.Memory.KeysAndValues;
        });
    }
}
