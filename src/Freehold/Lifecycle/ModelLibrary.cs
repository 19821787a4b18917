using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Freehold.Catalog;
using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;
using Freehold.Catalog.Network;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Store;
using Freehold.Commands.Catalogue;
using Freehold.Engine.Lifecycle;
using Freehold.Engine.Refusals;
using Freehold.Gateway.Serving;
using Freehold.Recommending;

namespace Freehold.Lifecycle;

/// <summary>The catalogue, as far as the API may change it. Nothing here reaches what the command line's <c>pull</c> and <c>rm</c> would not; paths and addresses it does not take at all.</summary>
/// <param name="context">What the catalogue is made of.</param>
/// <param name="shelf">Is told what has changed.</param>
/// <param name="pool">Lets go what is removed.</param>
internal sealed class ModelLibrary(CatalogueContext context, ModelShelf shelf, ModelPool<ServedModel> pool) : IModelLibrary
{
    private static readonly string[] Hubs = ["hf.co/", "huggingface.co/"];

    public IReadOnlyList<PullableModel> Recommended { get; } =
        [.. RecommendedModel.All().Select(model => new PullableModel(model.Pull, model.Size, model.Licence, model.Context, model.Languages, model.Tools, model.Memory, model.By, model.Source))];

    public async IAsyncEnumerable<PullProgress> PullAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = context.Settings();
        var source = SourceOf(name);
        if (settings.Mirror is null && !source.Contains(':', StringComparison.Ordinal) && !source.Contains('/', StringComparison.Ordinal) && shelf.Get(source) is not null)
        {
            yield return new PullProgress("success"); // it is here, and there is nowhere that a newer one could come from
            yield break;
        }
        // Only the newest news matter to who is slow.
        var news = Channel.CreateBounded<PullProgress>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pulling = BringAsync(settings, source, news.Writer, stop.Token);
        try
        {
            await foreach (var progress in news.Reader.ReadAllAsync(cancellationToken))
                yield return progress;
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)pulling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await pulling;
        shelf.Renew();
        yield return new PullProgress("success");
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var store = context.Store(context.Settings());
            if (shelf.Get(Bare(name)) is not { } model)
            {
                if (!await new AliasFile(store).RemoveAsync(Bare(name), cancellationToken))
                    throw Unknown(name);
                shelf.Renew();
                return;
            }
            // Another name would lose its model as well.
            if (model.Resolved.Pack is { } pack)
                throw new RefusedException(new Refusal(403, ErrorCodes.NotInStore, "model", $"'{model.Name}' is another model's weights packed as {pack}, and has no files of its own. freehold rm --packed removes packs, freehold rm the model itself"));
            if (model.Resolved.Manifest is not { } manifest)
                throw new RefusedException(new Refusal(403, ErrorCodes.NotInStore, "model", $"'{model.Name}' is a file of the owner's own ({model.Resolved.Place.ToString().ToLowerInvariant()}); only models of the store are removed"));
            if (pool.Look().Places.Any(place => place.Name == model.Name && place is { Pinned: true, Phase: not PlacePhase.Leaving }))
                throw new RefusedException(new Refusal(409, ErrorCodes.ModelPinned, "model", $"'{model.Name}' is pinned by the owner of this server. Unpin it first"));
            await store.RemoveAsync(ModelName.Parse(manifest.Name), cancellationToken);
            shelf.Renew();
            await pool.UnloadAsync(model.Name).WaitAsync(cancellationToken); // who holds it finishes: the file is there until it is let go
        }
        catch (CatalogException e)
        {
            throw Refused(e);
        }
        catch (ModelUnavailableException e)
        {
            throw LiveModels.Refused(e);
        }
    }

    public async Task CopyAsync(string source, string destination, CancellationToken cancellationToken)
    {
        try
        {
            var model = shelf.Find(Bare(source)) ?? throw Unknown(source);
            var name = ModelName.Parse(Bare(destination));
            if (shelf.Get(name.ToString()) is { } taken)
                throw new RefusedException(new Refusal(409, ErrorCodes.NameTaken, "destination", $"'{taken.Name}' is a model's own name; choose another"));
            await new AliasFile(context.Store(context.Settings())).SetAsync(name, model.Name, cancellationToken);
            shelf.Renew();
        }
        catch (CatalogException e)
        {
            throw Refused(e);
        }
    }

    private static RefusedException Unknown(string name) => new(new Refusal(404, ErrorCodes.ModelNotFound, "model", $"The model '{(name.Length <= 200 ? name : name[..200] + "...")}' does not exist here."));

    private static RefusedException Refused(CatalogException e) => new(e.Failure switch
    {
        CatalogFailure.Usage => new Refusal(400, ErrorCodes.InvalidValue, "model", e.Message),
        CatalogFailure.NotFound => new Refusal(404, ErrorCodes.ModelNotFound, "model", e.Message),
        CatalogFailure.Refused => new Refusal(403, ErrorCodes.PullRefused, "model", e.Message),
        _ => new Refusal(502, ErrorCodes.PullFailed, "model", e.Message),
    }, e);

    // Ollama's names have the tag latest where they have none.
    private static string Bare(string name) => name.EndsWith(":latest", StringComparison.Ordinal) ? name[..^":latest".Length] : name;

    private static string SourceOf(string name)
    {
        name = Bare(name);
        if (Array.Find(Hubs, hub => name.StartsWith(hub, StringComparison.OrdinalIgnoreCase)) is { } hub)
            return "hf:" + name[hub.Length..];
        return name.StartsWith("hf:", StringComparison.OrdinalIgnoreCase) || ModelName.TryParse(name, out _, out _) && !File.Exists(name) && !Directory.Exists(name) ? name
            : throw RefusedName(name);
    }

    private static RefusedException RefusedName(string name) => new(new Refusal(400, ErrorCodes.InvalidValue, "model",
        $"'{(name.Length <= 200 ? name : name[..200] + "...")}' is no name that the API pulls: write hf:owner/repo[:file], hf.co/owner/repo, or a name of the site's mirror. For files and addresses run 'freehold pull' on the server."));

    private async Task BringAsync(CatalogSettings settings, string source, ChannelWriter<PullProgress> news, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            var store = context.Store(settings);
            var network = new NetworkAccess(settings.OfflineReason, settings.Network, context.Transport);
            var result = await new Puller(store, settings, network, new TransferLimits(), context.Time).PullAsync(new PullRequest(source), new PullNews(news, context.Time), cancellationToken);
            await StoredModel.DescribeAsync(store, result.Manifest, TextWriter.Null, cancellationToken);
        }
        catch (CatalogException e)
        {
            failure = Refused(e);
        }
        catch (Exception e)
        {
            failure = e;
        }
        news.Complete(failure);
    }
}
