using Freehold.Engine;
using Freehold.Engine.Lifecycle;
using Freehold.Engine.Memory;
using Freehold.Gateway.Serving;
using Freehold.Hosting;
using Freehold.Planning;

namespace Freehold.Lifecycle;

/// <summary>Loads what the shelf lists into the pool, and says on standard error what comes and goes.</summary>
/// <param name="shelf">The models.</param>
/// <param name="settings">How they are run.</param>
/// <param name="threads">The threads they share.</param>
/// <param name="plan">Says what is to be expected of a model.</param>
/// <param name="tell">Takes a line for people.</param>
/// <param name="clock">Measures how long loads take.</param>
internal sealed class PoolLoader(
    ModelShelf shelf, ModelSettings settings, SharedThreads threads, Func<OpenModel, MemoryPlan?, ServingPlan> plan, Action<string> tell, TimeProvider clock) : IModelLoader<ServedModel>
{
    public ValueTask<MemoryNeed> NeedAsync(ModelVersion model, CancellationToken cancellationToken) => ValueTask.FromResult(Find(model).Header.Need(settings, settings.Drafts.HeaderFor(model.Name)));

    public Task<LoadedModelPlace<ServedModel>> LoadAsync(ModelVersion model, MemoryGrant grant, IProgress<LoadStep> progress, CancellationToken cancellationToken)
    {
        var shelved = Find(model);
        var began = clock.GetTimestamp();
        tell($"loading {model.Name} ({ByteCountText(shelved.Header.Facts.Bytes)})");
        var percent = -1;
        var open = ModelOpening.Load(shelved.Located(), settings, threads, packing: packing =>
        {
            cancellationToken.ThrowIfCancellationRequested(); // a server that stops does not wait for a large model's packing
            // A step is told once a percent: each is a message to the pool.
            if ((int)(100.0 * packing.Done / packing.Total) is var now && now > percent)
                progress.Report(new LoadStep("laying the weights out for this CPU", (percent = now) / 100.0));
        });
        if (cancellationToken.IsCancellationRequested)
        {
            open.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }
        progress.Report(new LoadStep("starting", null));
        var (weights, workspace) = open.Loaded.Causal is { } causal ? (causal.WeightBytes, causal.ResidentBytes - causal.WeightBytes) : (shelved.Header.Facts.Bytes, shelved.Header.Workspace);
        if (open.Draft?.Loaded.Causal is { } draft)
            (weights, workspace) = (weights + draft.WeightBytes, workspace + draft.ResidentBytes - draft.WeightBytes);
        // The grant covers what it really takes beside keys and values: what was estimated too high is theirs.
        var keysAndValues = settings.KvMemory ?? Math.Max(1, grant.Total - weights - workspace);
        var engine = settings.Engine with { KvMemoryBytes = open.Loaded.Causal is null ? null : Math.Min(keysAndValues, MostOf(open)) };
        var running = RunningModel.Start(open, engine, plan);
        tell(FormattableString.Invariant($"loaded {model.Name} in {clock.GetElapsedTime(began).TotalSeconds:0.0} s"));
        var taken = new MemoryTaken(weights, (running.Memory?.KvBytes ?? 0) + (running.Memory?.DraftKvBytes ?? 0), workspace);
        return Task.FromResult(new LoadedModelPlace<ServedModel>(running.Served, taken, running.Choices, new Leaving(model.Name, running, tell))
        {
            // What the owner fixed stays as it is.
            Spare = running.Engine is { } serving && settings.KvMemory is null ? new SpareKeysAndValues(model.Name, serving, tell) : null,
        });
    }

    private long MostOf(OpenModel open)
    {
        var causal = open.Loaded.Causal!;
        var pages = ((settings.Context ?? causal.Shape.ContextLength) + Kernels.Attention.KvLayout.PageTokens - 1) / Kernels.Attention.KvLayout.PageTokens;
        return pages * (causal.State.PageBytes * (settings.MaxStreams ?? Math.Min(32, causal.MaxLogitRows)) + (open.Draft?.Loaded.Causal is { } draft ? 4 * draft.State.PageBytes : 0));
    }

    private ShelfModel Find(ModelVersion model) => shelf.Get(model.Name) ?? throw new FileNotFoundException("its file is gone");

    private static string ByteCountText(long bytes) => Commands.ByteCount.Write(bytes);

    private sealed class Leaving(string name, RunningModel running, Action<string> tell) : IDisposable
    {
        public void Dispose()
        {
            running.Dispose();
            tell($"unloaded {name}");
        }
    }
}
