namespace Freehold.Engine.Lifecycle;

/// <summary>Loads, one at a time and in the order they were asked for: each has the whole machine, and what is free is known.</summary>
public sealed partial class ModelPool<TModel>
{
    private readonly List<Place<TModel>> _queue = [];
    private Load? _load;

    private sealed class Load(Place<TModel> place, ModelVersion model)
    {
        public Place<TModel> Place { get; } = place;
        public ModelVersion Model { get; } = model;
        public CancellationTokenSource Cancel { get; } = new();
        public MemoryNeed? Need { get; set; }
        public MemoryGrant? Grant { get; set; }
        public LoadStep Step { get; set; } = new("reading its header", null);
        public DateTimeOffset StepSince { get; set; }
    }

    private void Want(Place<TModel> place, ModelVersion model)
    {
        if (place.Wanted is null)
            _queue.Add(place);
        if (_load?.Place != place)
            place.Wanted = model;
    }

    private void Pump()
    {
        while (_load is null && _queue.Count > 0 && !_closing)
        {
            var place = _queue[0];
            _queue.RemoveAt(0);
            // Who wanted it may be gone; a new version is loaded for those who hold the old one.
            if (!place.IsWanted || place.Wanted is not { } model)
                Drop(place);
            else
                Begin(new Load(place, model) { StepSince = Now });
        }
        if (_load is { Need: not null, Grant: null })
            TryStart(_load);
    }

    private void Begin(Load load)
    {
        _load = load;
        var need = Task.Run(async () => await _loader.NeedAsync(load.Model, load.Cancel.Token));
        Then(need, () =>
        {
            if (need.IsCompletedSuccessfully)
                load.Need = need.Result;
            else
                Fail(load, need.Exception?.InnerException ?? new OperationCanceledException());
        });
    }

    /// <summary>Makes room and starts, or waits for those that are leaving, or gives up.</summary>
    private void TryStart(Load load)
    {
        var need = load.Need!;
        if (_closing || !load.Place.IsWanted)
        {
            Stop(load);
            Drop(load.Place);
            _roomCame = true;
            return;
        }
        var free = _options.BudgetBytes - TakenBytes;
        var coming = Residents.Sum(resident => resident.Ending ? resident.Memory.Total : resident.Coming);
        var draining = Residents.Where(resident => resident.Place.Serving != resident && !resident.Ending).Sum(resident => resident.StayingBytes);
        // The version that is to be replaced goes last: it serves meanwhile.
        var idle = Residents.Where(resident => resident.MayLeave).OrderBy(resident => resident.Place == load.Place).ThenBy(resident => resident.LastUsed).ToList();
        var busy = Residents.Where(resident => !resident.MayLeave).OrderBy(resident => resident.LastUsed).ToList();
        var reachable = free + coming + idle.Sum(resident => resident.StayingBytes) + busy.Sum(resident => resident.SpareBytes);
        if (reachable < need.Least)
        {
            if (load.Place.Serving is { } old && !old.MayLeave && reachable + draining + old.StayingBytes - old.SpareBytes >= need.Least)
                Leave(old); // there is no room for both: who comes now waits for the new one
            else if (reachable + draining < need.Least)
                Refuse(load, need);
            return; // otherwise those that drain will leave
        }
        var wanted = Math.Min(need.Usual, reachable);
        var soon = free + coming;
        // Best is to send nobody away; then who is idle goes before who is busy has less.
        if (soon + idle.Sum(resident => resident.SpareBytes) >= wanted)
        {
            Shrink(idle, wanted - soon);
        }
        else
        {
            foreach (var resident in idle.TakeWhile(_ => soon < wanted))
            {
                soon += resident.StayingBytes;
                Leave(resident);
            }
            Shrink(busy, wanted - soon);
        }
        if (free < wanted)
            return; // they are being closed, or made smaller
        var spare = free - need.Fixed;
        var keysAndValues = Math.Min(need.MostKeysAndValues, Math.Max(Math.Min(spare, need.UsualKeysAndValues), spare / 2));
        load.Grant = new MemoryGrant(need.Fixed + keysAndValues, keysAndValues);
        Start(load, load.Grant.Value);
    }

    private void Start(Load load, MemoryGrant grant)
    {
        Tell(load, new LoadStep("opening", null));
        var progress = new Progress(step => _turns.Post(() => Tell(load, step)));
        var loaded = Task.Run(() => _loader.LoadAsync(load.Model, grant, progress, load.Cancel.Token));
        Then(loaded, () =>
        {
            if (loaded.IsCompletedSuccessfully)
                Arrive(load, loaded.Result);
            else
                Fail(load, loaded.Exception?.InnerException ?? new OperationCanceledException());
        });
    }

    private void Tell(Load load, LoadStep step)
    {
        if (load.Step.What != step.What)
            load.StepSince = Now;
        load.Step = step;
    }

    private void Arrive(Load load, LoadedModelPlace<TModel> loaded)
    {
        var place = load.Place;
        var resident = new Resident<TModel>(place, load.Model.Version, loaded, _options.KeepAlive, Now);
        if (place.Serving is { } old)
        {
            (resident.Stays, resident.KeepAlive) = (old.Stays, old.KeepAlive);
            Leave(old);
        }
        place.Serving = resident;
        place.Fault = null;
        Stop(load);
        foreach (var waiter in place.Waiters)
            Give(resident, waiter);
        place.Waiters.Clear();
        if (_closing)
        {
            Leave(resident);
            End(resident);
        }
        else if (place.Unloading.Count > 0 && !place.Pinned)
            Leave(resident);
        foreach (var unloading in place.Unloading)
            resident.Gone.Task.ContinueWith(_ => unloading.TrySetResult(), TaskScheduler.Default);
        place.Unloading.Clear();
    }

    /// <summary>Nobody wants it any more.</summary>
    private void Drop(Place<TModel> place)
    {
        place.Wanted = null;
        FailWaiters(place, Closing);
    }

    private void Stop(Load load)
    {
        load.Place.Wanted = null;
        load.Cancel.Dispose();
        _load = null;
    }

    private sealed class Progress(Action<LoadStep> tell) : IProgress<LoadStep>
    {
        public void Report(LoadStep value) => tell(value);
    }
}
