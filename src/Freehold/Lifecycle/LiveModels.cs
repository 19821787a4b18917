using System.Diagnostics.CodeAnalysis;
using Freehold.Engine.Lifecycle;
using Freehold.Engine.Refusals;
using Freehold.Gateway.Serving;

namespace Freehold.Lifecycle;

/// <summary>The shelf and the pool as the gateway sees them.</summary>
/// <param name="shelf">What may be asked for.</param>
/// <param name="pool">What is in memory.</param>
/// <param name="context">The context the owner fixed; null for each model's own.</param>
/// <param name="forecast">Says what a load would take and give.</param>
/// <param name="clock">Tells how long a step takes.</param>
internal sealed class LiveModels(
    ModelShelf shelf, ModelPool<ServedModel> pool, int? context, Func<ShelfModel, PoolSnapshot<ServedModel>, ModelForecast> forecast, TimeProvider clock) : IModelDirectory, IModelLife
{
    public IReadOnlyList<ModelCard> Models
    {
        get
        {
            var now = pool.Look();
            var models = shelf.Models.Where(model => model.IsRunnable).Select(model => CardOf(model, now)).ToList();
            var aliases = shelf.Aliases.All.Where(alias => !alias.IsPattern && !models.Exists(model => model.Id.Equals(alias.Name, StringComparison.OrdinalIgnoreCase)));
            return [.. models, .. aliases.Select(alias => (alias, Model: shelf.Find(alias.Name))).Where(named => named.Model is { IsRunnable: true })
                .Select(named => CardOf(named.Model!, now) with { Id = named.alias.Name, AliasOf = named.Model!.Name })];
        }
    }

    public ModelCard? Default => shelf.Default is { } model ? CardOf(model, pool.Look()) : null;

    public bool TryFind(string name, [MaybeNullWhen(false)] out ModelCard model)
    {
        model = shelf.Find(name) is { } found ? CardOf(found, pool.Look()) : null;
        return model is not null;
    }

    public async ValueTask<ModelLease> AcquireAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken)
    {
        var model = Find(name);
        try
        {
            var lease = await pool.AcquireAsync(new ModelVersion(model.Name, model.Version), keepAlive, cancellationToken);
            return new ModelLease(lease.Loaded.Model, lease.Dispose);
        }
        catch (ModelUnavailableException e)
        {
            throw Refused(e);
        }
    }

    public PoolState Look() => StateOf(pool.Look());

    public async Task<PoolState> ChangedAsync(long version, CancellationToken cancellationToken) => StateOf(await pool.ChangedAsync(version, cancellationToken));

    public async Task LoadAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken) => (await AcquireAsync(name, keepAlive, cancellationToken)).Dispose();

    public Task UnloadAsync(string name, CancellationToken cancellationToken) => AskAsync(pool.UnloadAsync(Find(name).Name).WaitAsync(cancellationToken));

    public async Task PinAsync(string name, bool pinned, CancellationToken cancellationToken)
    {
        var model = Find(name).Name;
        if (pinned)
            await LoadAsync(model, null, cancellationToken); // what cannot be loaded is not pinned
        await AskAsync(pool.PinAsync(model, pinned).WaitAsync(cancellationToken));
    }

    public Task<ModelForecast> ForecastAsync(string name, CancellationToken cancellationToken)
    {
        var model = Find(name);
        return Task.Run(() => forecast(model, pool.Look()), cancellationToken);
    }

    /// <summary>What a requester may know of why a model cannot be had.</summary>
    internal static RefusedException Refused(ModelUnavailableException e) => new(e.Reason switch
    {
        UnavailableReason.NoRoom => new Refusal(503, ErrorCodes.NoMemoryNow, "model", e.Message, e.RetryAfter),
        UnavailableReason.NeverFits => new Refusal(507, ErrorCodes.ModelDoesNotFit, "model", e.Message),
        UnavailableReason.LoadFailed => new Refusal(503, ErrorCodes.ModelLoadFailed, "model", e.Message, e.RetryAfter),
        UnavailableReason.Pinned => new Refusal(409, ErrorCodes.ModelPinned, "model", e.Message),
        _ => new Refusal(503, ErrorCodes.Stopping, null, e.Message, e.RetryAfter),
    }, e);

    private static async Task AskAsync(Task asked)
    {
        try
        {
            await asked;
        }
        catch (ModelUnavailableException e)
        {
            throw Refused(e);
        }
    }

    private ShelfModel Find(string name) => shelf.Find(name) ?? throw ModelNames.Unknown(this, name);

    private ModelCard CardOf(ShelfModel model, PoolSnapshot<ServedModel> now) =>
        now.Places.FirstOrDefault(place => place.Phase == PlacePhase.Loaded && place.Name == model.Name)?.Loaded is { } loaded ? ModelCard.Of(loaded.Model) : model.Card(context);

    private PoolState StateOf(PoolSnapshot<ServedModel> now)
    {
        var models = now.Places.Select(StateOf).ToList();
        var there = now.Places.Where(place => place.Phase != PlacePhase.Leaving).Select(place => place.Name).ToHashSet(StringComparer.Ordinal);
        models.AddRange(shelf.Models.Where(model => !there.Contains(model.Name) && model.IsRunnable).Select(model => new ModelState(model.Card(context), ModelPhase.OnDisk)));
        return new PoolState(now.BudgetBytes, now.UsedBytes, now.Version, models);
    }

    private ModelState StateOf(PlaceSnapshot<ServedModel> place)
    {
        var card = place.Loaded is { } loaded ? ModelCard.Of(loaded.Model) : shelf.Get(place.Name)?.Card(context) ?? new ModelCard(place.Name, DateTimeOffset.UnixEpoch, "freehold", false, false, 0);
        return new ModelState(card, place.Phase switch
        {
            PlacePhase.Loading => ModelPhase.Loading,
            PlacePhase.Loaded => ModelPhase.Loaded,
            PlacePhase.Leaving => ModelPhase.Draining,
            _ => ModelPhase.Failed,
        })
        {
            Progress = place.Step is { } step ? new LoadProgress(step.What, step.Fraction, RemainingOf(step, place.StepSince)) : null,
            Memory = place.Memory is { } memory ? new ModelMemory(memory.Weights, memory.KeysAndValues, memory.Workspace) : null,
            Requests = place.Requests,
            Pinned = place.Pinned,
            ExpiresAt = place.ExpiresAt,
            KeepAlive = place.KeepAlive,
            LastUsed = place.LastUsed,
            Failure = place.Failure,
            Choices = place.Loaded?.Choices ?? [],
        };
    }

    // As fast as it was until now.
    private TimeSpan? RemainingOf(LoadStep step, DateTimeOffset? since) =>
        step.Fraction is > 0.01 and <= 1 and { } fraction && since is { } began ? (clock.GetUtcNow() - began) * ((1 - fraction) / fraction) : null;
}
