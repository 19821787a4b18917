using System.Collections.Concurrent;
using Freehold.Engine.Lifecycle;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>A model in name only.</summary>
internal sealed class FakeModel(ModelVersion version, MemoryGrant grant) : IDisposable
{
    public ModelVersion Version { get; } = version;

    public MemoryGrant Grant { get; } = grant;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}

/// <summary>Loads fakes: as many megabytes of weights as a name's number says, and one of keys and values.</summary>
internal sealed class FakeLoader : IModelLoader<FakeModel>
{
    public const long Megabyte = 1 << 20;

    /// <summary>Versions in the order they were loaded.</summary>
    public ConcurrentQueue<ModelVersion> Loads { get; } = new();

    /// <summary>Awaited in each load; what it throws, the load throws.</summary>
    public Func<ModelVersion, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Bytes of keys and values beyond which more helps nobody.</summary>
    public long Most { get; set; } = Megabyte;

    /// <summary>Bytes of keys and values for one whole context.</summary>
    public long Usual { get; set; } = Megabyte;

    /// <summary>What a loaded model may give up, by what it got; null for nothing.</summary>
    public Func<MemoryGrant, ISpareMemory?> Spare { get; set; } = _ => null;

    public static ModelVersion Of(int megabytes, string version = "1") => new($"m{megabytes}", version);

    public static ModelVersion Of(string name, int megabytes, string version = "1") => new($"{name}{megabytes}", version);

    public ValueTask<MemoryNeed> NeedAsync(ModelVersion model, CancellationToken cancellationToken)
    {
        if (model.Version == "damaged")
            throw new InvalidDataException("its header is damaged");
        var weights = int.Parse(model.Name.TrimStart([.. "abcdefghijklmnopqrstuvwxyz"]), System.Globalization.CultureInfo.InvariantCulture) * Megabyte;
        return ValueTask.FromResult(new MemoryNeed(weights, 0, Megabyte, Usual, Most, 0));
    }

    public async Task<LoadedModelPlace<FakeModel>> LoadAsync(ModelVersion model, MemoryGrant grant, IProgress<LoadStep> progress, CancellationToken cancellationToken)
    {
        Loads.Enqueue(model);
        progress.Report(new LoadStep("loading", 0.5));
        await Before(model, cancellationToken);
        var fake = new FakeModel(model, grant);
        return new LoadedModelPlace<FakeModel>(fake, new MemoryTaken(grant.Total - grant.KeysAndValues, grant.KeysAndValues, 0), ["chosen"], fake) { Spare = Spare(grant) };
    }
}
