using System.Diagnostics.CodeAnalysis;

namespace Freehold.Gateway.Serving;

/// <summary>The models that requests may name. Safe from any thread while models come and go.</summary>
public interface IModelDirectory
{
    /// <summary>A snapshot of all that may be named, loaded or not, in the order they are listed. Loads nothing.</summary>
    IReadOnlyList<ModelCard> Models { get; }

    /// <summary>The model of a request that may leave the name out: what the alias <c>default</c> stands for, or else the only one that the owner named; null for none.</summary>
    ModelCard? Default { get; }

    /// <summary>Finds the model that a request's name stands for; aliases count. Loads nothing.</summary>
    bool TryFind(string name, [MaybeNullWhen(false)] out ModelCard model);

    /// <summary>Holds a model for a request, and loads it first where it is not loaded.</summary>
    /// <param name="name">A name that <see cref="TryFind"/> finds.</param>
    /// <param name="keepAlive">
    /// How long it stays loaded when nobody holds it any more: zero lets it go at once, <see cref="Timeout.InfiniteTimeSpan"/> keeps it. Null leaves that to the owner's setting.
    /// </param>
    /// <param name="cancellationToken">Ends the wait of this requester; the load goes on for others.</param>
    /// <exception cref="RefusedException">No model has that name (404), it cannot be loaded, or nothing can leave to make room for it (503).</exception>
    ValueTask<ModelLease> AcquireAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken);
}
