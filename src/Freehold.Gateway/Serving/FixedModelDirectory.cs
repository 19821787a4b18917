using System.Diagnostics.CodeAnalysis;

namespace Freehold.Gateway.Serving;

/// <summary>A fixed set of loaded models. They stay as they are, so there is nothing to steer.</summary>
public sealed class FixedModelDirectory : IModelDirectory, IModelLife
{
    private readonly Dictionary<string, (ModelCard Card, ServedModel Model)> _byName;

    /// <summary>Serves exactly these.</summary>
    /// <exception cref="ArgumentException">Two models have one name.</exception>
    public FixedModelDirectory(IReadOnlyList<ServedModel> models)
    {
        Models = [.. models.Select(ModelCard.Of)];
        _byName = new Dictionary<string, (ModelCard, ServedModel)>(StringComparer.Ordinal);
        for (var i = 0; i < models.Count; i++)
            if (!_byName.TryAdd(models[i].Id, (Models[i], models[i])))
                throw new ArgumentException($"two models are named '{models[i].Id}'; give one of them another name", nameof(models));
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModelCard> Models { get; }

    /// <inheritdoc/>
    public ModelCard? Default => Models is [var only] ? only : null;

    /// <inheritdoc/>
    public bool TryFind(string name, [MaybeNullWhen(false)] out ModelCard model)
    {
        var found = _byName.TryGetValue(name, out var known);
        model = known.Card;
        return found;
    }

    /// <inheritdoc/>
    public ValueTask<ModelLease> AcquireAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken) =>
        _byName.TryGetValue(name, out var known) ? ValueTask.FromResult(new ModelLease(known.Model)) : throw ModelNames.Unknown(this, name);

    /// <inheritdoc/>
    public PoolState Look() => new(null, 0, 0, [.. Models.Select(card => new ModelState(card, ModelPhase.Loaded) { Pinned = true, KeepAlive = Timeout.InfiniteTimeSpan })]);

    /// <inheritdoc/>
    public async Task<PoolState> ChangedAsync(long version, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken); // nothing ever changes
        return Look();
    }

    /// <inheritdoc/>
    public Task LoadAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken) =>
        _byName.ContainsKey(name) ? Task.CompletedTask : throw ModelNames.Unknown(this, name);

    /// <inheritdoc/>
    public Task UnloadAsync(string name, CancellationToken cancellationToken) => throw Refuse(name);

    /// <inheritdoc/>
    public Task PinAsync(string name, bool pinned, CancellationToken cancellationToken) => pinned ? LoadAsync(name, null, cancellationToken) : throw Refuse(name);

    /// <inheritdoc/>
    public Task<ModelForecast> ForecastAsync(string name, CancellationToken cancellationToken) => throw Refuse(name);

    private RefusedException Refuse(string name) => _byName.ContainsKey(name)
        ? new RefusedException(new Refusal(501, ErrorCodes.NotOffered, "model", $"'{name}' is served for as long as the server runs; stop the server to free it."))
        : ModelNames.Unknown(this, name);
}
