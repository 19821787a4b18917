using System.Diagnostics.CodeAnalysis;

namespace Freehold.Gateway.Serving;

/// <summary>The models that are served now. Safe to read from any thread while models come and go.</summary>
public interface IModelDirectory
{
    /// <summary>A snapshot, in the order they are listed.</summary>
    IReadOnlyList<ServedModel> Models { get; }

    /// <summary>Finds a model by the name a request gives.</summary>
    bool TryFind(string name, [MaybeNullWhen(false)] out ServedModel model);
}

/// <summary>A fixed set of models.</summary>
public sealed class FixedModelDirectory : IModelDirectory
{
    private readonly Dictionary<string, ServedModel> _byName;

    /// <summary>Serves exactly these.</summary>
    /// <exception cref="ArgumentException">Two models have one name.</exception>
    public FixedModelDirectory(IReadOnlyList<ServedModel> models)
    {
        Models = models;
        _byName = new Dictionary<string, ServedModel>(StringComparer.Ordinal);
        foreach (var model in models)
            if (!_byName.TryAdd(model.Id, model))
                throw new ArgumentException($"two models are named '{model.Id}'; give one of them another name", nameof(models));
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServedModel> Models { get; }

    /// <inheritdoc/>
    public bool TryFind(string name, [MaybeNullWhen(false)] out ServedModel model) => _byName.TryGetValue(name, out model);
}
