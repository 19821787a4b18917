namespace Freehold.Engine.Lifecycle;

/// <summary>Holds a model in memory until it is disposed.</summary>
public sealed class PoolLease<TModel> : IDisposable where TModel : class
{
    private Action? _release;

    internal PoolLease(LoadedModelPlace<TModel> loaded, Action release) => (Loaded, _release) = (loaded, release);

    /// <summary>The model.</summary>
    public LoadedModelPlace<TModel> Loaded { get; }

    /// <summary>Gives it back. A second call does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
