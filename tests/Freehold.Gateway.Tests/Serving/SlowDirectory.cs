using System.Diagnostics.CodeAnalysis;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>Models that take as long to load as a test says; remembers what was held and for how long it was to stay.</summary>
internal sealed class SlowDirectory(FixedModelDirectory models) : IModelDirectory
{
    private int _held;

    /// <summary>Awaited before a lease is given; what it throws, the load throws.</summary>
    public Func<CancellationToken, Task> Load { get; set; } = _ => Task.CompletedTask;

    /// <summary>The times to stay that requests asked for.</summary>
    public List<TimeSpan?> KeptAlive { get; } = [];

    /// <summary>Leases that are out.</summary>
    public int Held => Volatile.Read(ref _held);

    public IReadOnlyList<ModelCard> Models => [.. models.Models.Select(card => card with { Loaded = null })];

    public ModelCard? Default => null;

    public bool TryFind(string name, [MaybeNullWhen(false)] out ModelCard model) => models.TryFind(name, out model);

    public async ValueTask<ModelLease> AcquireAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken)
    {
        KeptAlive.Add(keepAlive);
        await Load(cancellationToken);
        using var inner = await models.AcquireAsync(name, keepAlive, cancellationToken);
        Interlocked.Increment(ref _held);
        return new ModelLease(inner.Model, () => Interlocked.Decrement(ref _held));
    }
}
