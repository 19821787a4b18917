using Freehold.Catalog;
using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Commands.Catalogue;
using Freehold.Hosting.Configuration;
using Freehold.Engine.Refusals;
using Freehold.Kernels;
using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Packing;
using Freehold.Planning;

namespace Freehold.Hosting;

/// <summary>From what a person calls a model to the model.</summary>
internal sealed class ModelOpening(CatalogueContext context)
{
    private const int DefaultLogitRows = 64;

    // What the engine asks of a draft: a page's worth of each of four texts.
    private const int DraftRows = 256, DraftLogitRows = 4;
    private readonly Lazy<ConfigFile> _config = new(() => ConfigFile.Read(context.Settings().ConfigFile));

    /// <summary>What the catalogue's commands are made of.</summary>
    public CatalogueContext Catalogue => context;

    /// <summary>Where measurements of this machine and of models on it are kept.</summary>
    public string CacheFolder => Path.Combine(context.Settings().Home, "cache");

    /// <summary>Where what is stored lies; null where this user has no such place.</summary>
    public string? DataFolder
    {
        get
        {
            try
            {
                return context.Settings().Home;
            }
            catch (CatalogException)
            {
                return null;
            }
        }
    }

    /// <summary>The clock.</summary>
    public TimeProvider Clock => context.Time;

    /// <summary>What machine and power cost, as options, environment and configuration say.</summary>
    public Prices Prices(PriceOptions given, int cores) => Planning.Prices.Read(given, context.Environment, _config.Value, cores);

    /// <summary>A setting of the server, as the command line, the environment and the configuration say.</summary>
    /// <param name="setting">Which.</param>
    /// <param name="given">What the command line says of it.</param>
    public FoundSetting Find(ServerSetting setting, IReadOnlyList<string>? given) => setting.Find(given, context.Environment, _config.Value);

    /// <summary>Gives an environment variable, or null.</summary>
    public Func<string, string?> Environment => context.Environment;

    /// <summary>Every model there is, in the order in which names are looked up.</summary>
    public IReadOnlyList<ResolvedModel> Available(string[]? folders, PackChoice pack = default) => [.. context.Resolver(folders).ListAvailable().Select(pack.Named)];

    /// <summary>Finds a model by path or name; <c>NAME+w8</c> and <c>NAME+w4</c> are NAME packed with loss, and so is every model where <paramref name="pack"/> says it.</summary>
    public ResolvedModel Resolve(string model, string[]? folders, PackChoice pack = default)
    {
        var (name, choice) = pack.Read(model);
        return choice.Named(context.Resolver(folders).Resolve(name));
    }

    /// <summary>Opens the file alone: enough to tokenize and to render.</summary>
    public static IModelSource OpenFile(ResolvedModel model) =>
        model.Length is { } length ? GgufFile.Open(model.Path, model.Offset, length) : ModelFiles.Open(model.Path);

    /// <summary>Loads a model to compute with, and its draft where it has one.</summary>
    /// <param name="model">Which.</param>
    /// <param name="settings">How it is run.</param>
    /// <param name="shared">Threads to share with other models; null gives it its own.</param>
    /// <param name="maxLogitRows">Rows of logits one step may give: at least as many as there may be streams.</param>
    /// <param name="packing">Told how far the packing of its weights is, where they are packed.</param>
    /// <exception cref="PackingException">It is to be packed with loss and cannot be.</exception>
    public static OpenModel Load(ResolvedModel model, ModelSettings settings, SharedThreads? shared = null, int maxLogitRows = DefaultLogitRows, Action<PackProgress>? packing = null)
    {
        var open = LoadAlone(model, settings, shared, new LoadOptions { MaxLogitRows = Math.Max(maxLogitRows, settings.MaxStreams ?? 0) }, packing);
        try
        {
            if (settings.Drafts.For(model.Name) is { } draft)
                open.Draft = open.Loaded.Causal is null
                    ? throw new ModelRefusedException($"{model.Name} generates nothing, so {draft.Name} cannot guess for it; leave the draft out")
                    : LoadAlone(draft, new ModelSettings(null, null, settings.Context) { Pack = settings.Pack }, new SharedThreads(open.Compute.Workers, open.Placement), new LoadOptions { MaxRows = DraftRows, MaxLogitRows = DraftLogitRows }, packing);
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private static OpenModel LoadAlone(ResolvedModel model, ModelSettings settings, SharedThreads? shared, LoadOptions rows, Action<PackProgress>? packing)
    {
        var lossy = PackChoice.KindOf(model);
        if (lossy is not null && settings.Activations == 16)
            throw CommandException.Usage($"--activations is 16, and {model.Name} computes with activations of 8 bits; leave one of the two out");
        // The file's header is read while threads and kernels are made.
        var opening = Task.Run(() => OpenFile(model));
        SharedThreads? own = null;
        Compute? compute = null;
        try
        {
            own = shared is null ? SharedThreads.Start(settings.Threads, model.Bytes) : null;
            compute = ComputeOn(own ?? shared!);
            var packs = !settings.Pack.Keeps && lossy is null ? null : PackedModels.Folder(System.Environment.GetEnvironmentVariable, Console.IsErrorRedirected ? null : Console.Error, packing);
            var options = rows with { Activations = CommonOptions.ActivationsOf(settings.Activations), Context = settings.Context ?? 0, KeysValues = settings.KeysValues, Packs = packs, Lossy = lossy };
            var source = opening.GetAwaiter().GetResult();
            var work = ModelWork.Of(source, lossy);
            var lossyWork = lossy is null ? Enum.GetValues<LossyKind>().ToDictionary(kind => kind, kind => ModelWork.Of(source, kind)) : [];
            return new OpenModel(model, ModelLoader.Load(source, compute, options), compute, work) { Placement = (own ?? shared!).Placement, OwnThreads = own, Packing = packs?.Outcome ?? "not packed", Kernels = packs?.ChosenKernels ?? "", LossyWork = lossyWork };
        }
        catch
        {
            Task.WaitAny(opening);
            if (opening.IsCompletedSuccessfully)
                opening.Result.Dispose();
            compute?.Dispose();
            own?.Dispose();
            throw;
        }
    }

    private static Compute ComputeOn(SharedThreads threads) =>
        new(CommonOptions.ComputeOf(threads: null) with { Threads = null, Workers = threads.Workers });
}
