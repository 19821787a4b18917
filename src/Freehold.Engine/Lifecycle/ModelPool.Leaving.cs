using Freehold.Engine.Refusals;

namespace Freehold.Engine.Lifecycle;

/// <summary>How models leave, and how everything ends.</summary>
public sealed partial class ModelPool<TModel>
{
    /// <summary>No new requests get it.</summary>
    private void Leave(Resident<TModel> resident)
    {
        resident.Place.Serving = null;
        resident.Place.Leaving.Add(resident);
        if (resident.Holders == 0)
            End(resident);
    }

    private void End(Resident<TModel> resident)
    {
        if (resident.Ending)
            return;
        resident.Ending = true;
        var ended = Task.Run(resident.Loaded.Owner.Dispose);
        Then(ended, () =>
        {
            resident.Place.Leaving.Remove(resident);
            _roomCame = true;
            _turns.Tell(resident.Gone.SetResult);
            if (ended.Exception?.InnerException is { } error)
                resident.Place.Fault = new Fault(resident.Version, $"closing it failed: {error.Message}", Now, 1);
        });
    }

    private void Close()
    {
        _closing = true;
        _load?.Cancel.Cancel();
        foreach (var place in _places.Values)
        {
            FailWaiters(place, Closing);
            place.Wanted = null;
            if (place.Serving is { } serving)
                Leave(serving);
            foreach (var leaving in place.Leaving)
                End(leaving);
        }
    }

    private void FailWaiters(Place<TModel> place, Func<ModelUnavailableException> why)
    {
        foreach (var waiter in place.Waiters)
            Answer(waiter, why());
        place.Waiters.Clear();
        foreach (var unloading in place.Unloading)
            _turns.Tell(() => unloading.TrySetResult());
        place.Unloading.Clear();
    }

    /// <summary>A turn failed, which is a fault of this class: what is loaded serves on for those who hold it, and nobody waits in vain.</summary>
    private void Break(Exception fault)
    {
        foreach (var place in _places.Values)
            FailWaiters(place, () => new ModelUnavailableException(UnavailableReason.LoadFailed, $"the server can load no model any more: {fault.Message}. Start it again", null, fault));
    }
}
