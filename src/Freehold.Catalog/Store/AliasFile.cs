using System.Text.Json;
using Freehold.Catalog.Names;

namespace Freehold.Catalog.Store;

/// <summary>Names that were given to models while the server ran (<c>aliases.json</c> in the store): one more name each, no pattern. Safe between processes.</summary>
public sealed class AliasFile(CatalogStore store)
{
    private const int MaxAliases = 1000;

    private string FilePath => Path.Combine(store.Home, "aliases.json");

    /// <summary>All, in the order they were given.</summary>
    /// <exception cref="CatalogException">The file is damaged, or cannot be read.</exception>
    public IReadOnlyList<ModelAlias> Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), CatalogJson.Default.ModelAliasArray) ?? [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException e)
        {
            throw CatalogException.Failed($"{FilePath} is damaged: {e.Message} Mend or remove it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CatalogException.Failed($"{FilePath} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Gives a model one more name; a name that was given before moves.</summary>
    /// <exception cref="CatalogException">It cannot be a name, or there are too many.</exception>
    public Task SetAsync(ModelName name, string model, CancellationToken cancellation) => ChangeAsync(aliases =>
    {
        aliases.RemoveAll(alias => alias.Name.Equals(name.ToString(), StringComparison.OrdinalIgnoreCase));
        if (aliases.Count >= MaxAliases)
            throw CatalogException.Refused($"there are {aliases.Count} aliases already; remove some");
        aliases.Add(new ModelAlias(name.ToString(), model));
        return true;
    }, cancellation);

    /// <summary>Takes a name away; false where nobody gave it.</summary>
    public Task<bool> RemoveAsync(string name, CancellationToken cancellation) =>
        ChangeAsync(aliases => aliases.RemoveAll(alias => alias.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) > 0, cancellation);

    private async Task<bool> ChangeAsync(Func<List<ModelAlias>, bool> change, CancellationToken cancellation)
    {
        using var held = await FileLock.AcquireAsync(store.Layout.StoreLock, store.Time, null, cancellation).ConfigureAwait(false);
        var aliases = Read().ToList();
        if (!change(aliases))
            return false;
        try
        {
            AtomicFile.Write(FilePath, JsonSerializer.SerializeToUtf8Bytes([.. aliases], CatalogJson.Default.ModelAliasArray));
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "writing down an alias", FilePath, store.FreeSpace);
        }
        return true;
    }
}
