namespace Freehold.Gateway.Serving;

/// <summary>Holds a loaded model: until it is disposed, the model is neither unloaded nor replaced under who holds it.</summary>
/// <param name="model">The model.</param>
/// <param name="release">Gives it back; called once.</param>
public sealed class ModelLease(ServedModel model, Action? release = null) : IDisposable
{
    private Action? _release = release;

    /// <summary>The model, as it was when the lease was given.</summary>
    public ServedModel Model { get; } = model;

    /// <summary>Gives the model back. A second call does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
