namespace Freehold.Engine.Lifecycle;

/// <summary>A model as its files are now: when they change, the version does.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">What tells this state of its files from every other.</param>
public readonly record struct ModelVersion(string Name, string Version);

/// <summary>Brings models into memory. The pool calls it for one load at a time.</summary>
/// <typeparam name="TModel">What serves requests.</typeparam>
public interface IModelLoader<TModel> where TModel : class
{
    /// <summary>What a model will need, by its files' headers alone.</summary>
    ValueTask<MemoryNeed> NeedAsync(ModelVersion model, CancellationToken cancellationToken);

    /// <summary>Loads a model.</summary>
    /// <param name="model">Which.</param>
    /// <param name="grant">What it may take.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<LoadedModelPlace<TModel>> LoadAsync(ModelVersion model, MemoryGrant grant, IProgress<LoadStep> progress, CancellationToken cancellationToken);
}

/// <summary>What a model needs of memory, in bytes.</summary>
/// <param name="Weights">Its weights, mapped or packed.</param>
/// <param name="Workspace">Activations, logits, vocabulary.</param>
/// <param name="LeastKeysAndValues">Keys and values without which it is not worth loading.</param>
/// <param name="UsualKeysAndValues">Keys and values for one whole context: idle models leave to make room for that much.</param>
/// <param name="MostKeysAndValues">More than this helps nobody.</param>
/// <param name="Scratch">What is needed beside all that while it is loaded, and then no more.</param>
public sealed record MemoryNeed(long Weights, long Workspace, long LeastKeysAndValues, long UsualKeysAndValues, long MostKeysAndValues, long Scratch)
{
    /// <summary>Everything but keys and values.</summary>
    public long Fixed => Weights + Workspace + Scratch;

    /// <summary>Less than this and it is not loaded.</summary>
    public long Least => Fixed + LeastKeysAndValues;

    /// <summary>What others that are idle make room for.</summary>
    public long Usual => Fixed + UsualKeysAndValues;
}

/// <summary>What a model may take, in bytes.</summary>
/// <param name="Total">All of it.</param>
/// <param name="KeysAndValues">Of that, for keys and values.</param>
public readonly record struct MemoryGrant(long Total, long KeysAndValues);

/// <summary>What a loaded model takes, in bytes.</summary>
public readonly record struct MemoryTaken(long Weights, long KeysAndValues, long Workspace)
{
    /// <summary>All of it.</summary>
    public long Total => Weights + KeysAndValues + Workspace;
}

/// <summary>How far a load is.</summary>
/// <param name="What">What is being done, for people.</param>
/// <param name="Fraction">From 0 to 1; null where that is not known.</param>
public readonly record struct LoadStep(string What, double? Fraction);

/// <summary>A loaded model.</summary>
/// <param name="Model">What serves requests.</param>
/// <param name="Memory">What it takes.</param>
/// <param name="Choices">What was chosen for it and why, a line each, for people.</param>
/// <param name="Owner">Disposed when the model has left: ends answers that are still under way, and frees the memory.</param>
public sealed record LoadedModelPlace<TModel>(TModel Model, MemoryTaken Memory, IReadOnlyList<string> Choices, IDisposable Owner) where TModel : class
{
    /// <summary>What it may give up for other models; null where it gives up nothing.</summary>
    public ISpareMemory? Spare { get; init; }
}

/// <summary>Keys and values of a loaded model that it can do without, though it serves fewer at once then.</summary>
public interface ISpareMemory
{
    /// <summary>Bytes of keys and values that it keeps in any case.</summary>
    long Least { get; }

    /// <summary>Changes what it has, between <see cref="Least"/> and what it was loaded with; returns bytes that it has then.</summary>
    Task<long> ResizeAsync(long keysAndValues);
}
