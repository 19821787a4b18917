namespace Freehold.Gateway.Serving;

/// <summary>The models that the owner has, as far as an API may change them: fetch, remove, give another name. Safe from any thread.</summary>
public interface IModelLibrary
{
    /// <summary>Models that are worth fetching, with what each needs; a table that the program carries, so this is offline.</summary>
    IReadOnlyList<PullableModel> Recommended { get; }

    /// <summary>Fetches a model. Ends when it is whole and may be named in requests.</summary>
    /// <param name="name">As <c>freehold pull</c> takes it: <c>hf:owner/repo</c>, or a name of the site's mirror. Paths of this machine are refused.</param>
    /// <param name="cancellationToken">Ends the fetch; what has come is kept for the next one.</param>
    /// <exception cref="RefusedException">It may not or cannot be fetched: offline (403), unknown (404), not enough space (507), a failing source (502).</exception>
    IAsyncEnumerable<PullProgress> PullAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes a model from the store, or an alias that <see cref="CopyAsync"/> made. A loaded one drains first.</summary>
    /// <exception cref="RefusedException">There is none of that name (404), or it is not the store's to remove (403).</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives a model one more name.</summary>
    /// <exception cref="RefusedException">The source is unknown (404), or the name is taken or no name (409, 400).</exception>
    Task CopyAsync(string source, string destination, CancellationToken cancellationToken);
}

/// <summary>A model that can be fetched.</summary>
/// <param name="Name">What to pull.</param>
/// <param name="Bytes">Size of its files.</param>
/// <param name="Licence">Its licence.</param>
/// <param name="ContextLength">Tokens of its context.</param>
/// <param name="Languages">What it speaks, for people.</param>
/// <param name="Tools">Whether it calls tools.</param>
/// <param name="MemoryBytes">Memory it needs with a context of usual length.</param>
/// <param name="By">Whose it is.</param>
/// <param name="Source">Its card, where all of this is from.</param>
public sealed record PullableModel(string Name, long Bytes, string Licence, int ContextLength, string Languages, bool Tools, long MemoryBytes, string By, string Source);

/// <summary>How far a fetch is.</summary>
/// <param name="Status">What is being done, in Ollama's words where it has one.</param>
/// <param name="Digest">The file in question, <c>sha256:...</c>; null where it is none.</param>
/// <param name="Total">Bytes of it; null where that is not known.</param>
/// <param name="Completed">Bytes that are here.</param>
public sealed record PullProgress(string Status, string? Digest = null, long? Total = null, long? Completed = null);
