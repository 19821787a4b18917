using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;

namespace Freehold.Lifecycle;

/// <summary>
/// All models that requests may name: those the owner named, and where that is allowed the whole catalogue. Lists are made anew in the background while they are asked
/// for, so that a changed file or a pulled model shows within seconds, and no request waits for a disk.
/// </summary>
/// <param name="named">What the owner named, in order.</param>
/// <param name="catalogue">Lists the rest; null where only what is named may be asked for.</param>
/// <param name="aliases">The owner's aliases as they are now.</param>
/// <param name="locate">Gives a model of the store its path.</param>
/// <param name="clock">Says when a list is old.</param>
internal sealed class ModelShelf(
    IReadOnlyList<ResolvedModel> named, Func<IReadOnlyList<ResolvedModel>>? catalogue, Func<ModelAliases> aliases, Func<ResolvedModel, ResolvedModel> locate, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    // What other programs know a hub's model by.
    private static readonly string[] Hubs = ["hf.co/", "huggingface.co/", "hf:"];

    private readonly Lock _making = new();
    private volatile Listing? _listing;
    private int _refreshing;

    private sealed record Listing(IReadOnlyList<ShelfModel> Models, Dictionary<string, ShelfModel> ByName, ModelAliases Aliases, long At);

    /// <summary>All, in the order they are listed: those the owner named first.</summary>
    public IReadOnlyList<ShelfModel> Models => Current().Models;

    /// <summary>The owner's aliases.</summary>
    public ModelAliases Aliases => Current().Aliases;

    /// <summary>What requests get that name no model; null where that is not clear.</summary>
    public ShelfModel? Default => Find("default") ?? (Models.Where(model => model.IsNamed).Take(2).ToList() is [var only] ? only : null);

    /// <summary>The model that a name means: its own name, in any case and also without a tag that only one has; else an alias.</summary>
    public ShelfModel? Find(string name) => Find(Current(), name) ?? (IsOld() ? Find(Refresh(), name) : null);

    /// <summary>The model of exactly this name.</summary>
    public ShelfModel? Get(string name) => Current().ByName.GetValueOrDefault(name);

    /// <summary>Makes the list anew: something was changed.</summary>
    public void Renew() => Refresh();

    private static ShelfModel? Find(Listing listing, string name) =>
        FindReal(listing, name) ?? (listing.Aliases.Find(name) is { } alias ? FindReal(listing, alias.Model) : null);

    private static ShelfModel? FindReal(Listing listing, string name)
    {
        if (Array.Find(Hubs, hub => name.StartsWith(hub, StringComparison.OrdinalIgnoreCase)) is { } prefix)
            name = name[prefix.Length..];
        if (listing.ByName.TryGetValue(name, out var found))
            return found;
        if (name.Contains(':', StringComparison.Ordinal))
            return null;
        var tagged = listing.Models.Where(model => model.Name.Length > name.Length && model.Name[name.Length] == ':' && model.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return tagged.Count == 1 ? tagged[0] : null;
    }

    private bool IsOld() => _listing is not { } listing || clock.GetElapsedTime(listing.At) > Fresh;

    private Listing Current()
    {
        if (_listing is not { } listing)
            return Refresh();
        if (IsOld() && Interlocked.Exchange(ref _refreshing, 1) == 0)
            Task.Run(Refresh);
        return listing;
    }

    private Listing Refresh()
    {
        lock (_making)
        {
            try
            {
                var before = _listing?.ByName;
                var models = new List<ShelfModel>();
                var byName = new Dictionary<string, ShelfModel>(StringComparer.OrdinalIgnoreCase);
                foreach (var (model, isNamed) in named.Select(model => (model, true)).Concat((catalogue?.Invoke() ?? []).Select(model => (model, false))))
                {
                    if (byName.ContainsKey(model.Name))
                        continue;
                    // Of a file that is gone what is loaded serves on, as it was.
                    var known = before?.GetValueOrDefault(model.Name);
                    if ((FileVersion.Of(model) ?? known?.Version) is not { } version)
                        continue;
                    var shelved = known is not null && known.Version == version ? known : new ShelfModel(model, version, isNamed, locate);
                    byName.Add(model.Name, shelved);
                    models.Add(shelved);
                }
                return _listing = new Listing(models, byName, aliases(), clock.GetTimestamp());
            }
            finally
            {
                Volatile.Write(ref _refreshing, 0);
            }
        }
    }
}
