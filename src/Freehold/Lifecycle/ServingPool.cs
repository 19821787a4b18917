using System.Runtime.ExceptionServices;
using Freehold.Catalog;
using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Commands;
using Freehold.Engine.Lifecycle;
using Freehold.Engine.Memory;
using Freehold.Engine.Refusals;
using Freehold.Gateway.Serving;
using Freehold.Hosting;
using Freehold.Planning;

namespace Freehold.Lifecycle;

/// <summary>Everything that a server serves from: composes shelf, pool and library, and loads what the owner named.</summary>
internal sealed class ServingPool : IAsyncDisposable
{
    private readonly SharedThreads _threads;
    private readonly ModelPool<ServedModel> _pool;

    private ServingPool(SharedThreads threads, ModelPool<ServedModel> pool, LiveModels models, ModelLibrary? library) =>
        (_threads, _pool, Models, Library) = (threads, pool, models, library);

    /// <summary>The models, as requests find them.</summary>
    public LiveModels Models { get; }

    /// <summary>What of the owner's models the API may change; null where only named models are served.</summary>
    public ModelLibrary? Library { get; }

    /// <summary>Takes a line for people on each model that comes or goes; null while the server starts, which tells of its models itself.</summary>
    public Action<string>? Tell { get; set; }

    /// <summary>What each loaded model got, for people.</summary>
    public IEnumerable<string> Choices => Models.Look().Models.SelectMany(model => model.Choices);

    /// <summary>Composes, and loads the named models in turn; they stay as long as the server runs.</summary>
    /// <param name="opening">The catalogue.</param>
    /// <param name="named">The models that the owner named, with paths.</param>
    /// <param name="folders">Folders of <c>--models</c>.</param>
    /// <param name="settings">How models are run.</param>
    /// <param name="life">What the owner says of their life.</param>
    /// <param name="error">Warnings go here.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<ServingPool> StartAsync(
        ModelOpening opening, IReadOnlyList<ResolvedModel> named, string[]? folders, ModelSettings settings, LifecycleSettings life, TextWriter error, CancellationToken cancellationToken)
    {
        if (named.GroupBy(model => model.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw CommandException.Usage($"two models are named '{twice.Key}'; give one of them another name (freehold import FILE --as NAME)");
        var threads = SharedThreads.Start(settings.Threads, named.Sum(model => model.Bytes));
        try
        {
            var shelf = ShelfOf(opening, named, folders, settings.Pack, life);
            ServingPool? serving = null;
            var loader = new PoolLoader(shelf, settings, threads, (open, memory) => PlanReading.Serving(opening, open, memory, error, CancellationToken.None),
                line => serving?.Tell?.Invoke(line), opening.Clock);
            var budget = life.Memory ?? AvailableMemory.Measure() / 10 * 9;
            var pool = new ModelPool<ServedModel>(loader, new PoolOptions { BudgetBytes = budget, KeepAlive = life.KeepAlive, Clock = opening.Clock });
            var models = new LiveModels(shelf, pool, settings.Context, new Forecast(settings, opening.CacheFolder, threads.Workers.Workers).Of, opening.Clock);
            serving = new ServingPool(threads, pool, models, life.Only ? null : new ModelLibrary(opening.Catalogue, shelf, pool));
            try
            {
                foreach (var alias in life.Aliases)
                    if (shelf.Find(alias.Model) is null)
                        throw CommandException.NotFound($"the alias '{alias.Name}' is for '{alias.Model}', and no such model is served here");
                foreach (var model in named)
                    await LoadAsync(pool, shelf, model.Name, cancellationToken);
                return serving;
            }
            catch
            {
                await serving.DisposeAsync();
                throw;
            }
        }
        catch
        {
            threads.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _threads.Dispose();
    }

    private static ModelShelf ShelfOf(ModelOpening opening, IReadOnlyList<ResolvedModel> named, string[]? folders, PackChoice pack, LifecycleSettings life)
    {
        ModelAliases Aliases() => new([.. life.Aliases, .. Given()]);
        IReadOnlyList<ModelAlias> Given()
        {
            try
            {
                return life.Only ? [] : new AliasFile(opening.Catalogue.Store(opening.Catalogue.Settings())).Read();
            }
            catch (CatalogException)
            {
                return []; // no store to keep names in, or a damaged file: who gives a name is told
            }
        }
        return new ModelShelf(named, life.Only ? null : () => opening.Available(folders, pack), Aliases, model => model.Path.Length > 0 ? model : opening.Resolve(model.Name, folders), opening.Clock);
    }

    private static async Task LoadAsync(ModelPool<ServedModel> pool, ModelShelf shelf, string name, CancellationToken cancellationToken)
    {
        try
        {
            await pool.PinAsync(name, pinned: true);
            var model = shelf.Get(name) ?? throw CommandException.NotFound($"the files of '{name}' are gone or incomplete");
            (await pool.AcquireAsync(new ModelVersion(name, model.Version), null, cancellationToken)).Dispose();
        }
        catch (ModelUnavailableException e)
        {
            // The exit code is that of what went wrong.
            if (e.InnerException is { } cause)
                ExceptionDispatchInfo.Throw(cause);
            throw CommandException.Refused(e.Message);
        }
    }
}
