using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Freehold.Gateway.Serving;

namespace Freehold.Pages.Tests.Serving;

/// <summary>Models that load and go as a test says: 'parrot' is loaded, 'whale' is on disk, 'kraken' is too large.</summary>
internal sealed class FakeLife(ServedModel parrot) : IModelDirectory, IModelLife, IModelLibrary
{
    public const long Budget = 16L << 30;

    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private readonly Lock _gate = new();
    private readonly List<ModelState> _states =
    [
        new(ModelCard.Of(parrot), ModelPhase.Loaded)
        {
            Memory = new ModelMemory(2L << 30, 3L << 30, 200 << 20),
            Requests = 2,
            ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(4),
            Choices = ["context 4096 of 8192 trained, 32 streams at once", "weights packed for this CPU; avx2, 2 threads, activations 16"],
        },
        new(new ModelCard("whale", Created, "tests", true, false, 32768) { Facts = new ModelFacts("qwen3", "gguf", 4_022_000_000, "Q4_K_M", 2_500_000_000, 2560, 36) { Licence = "apache-2.0" } }, ModelPhase.OnDisk),
        new(new ModelCard("kraken", Created, "tests", true, false, 8192) { Facts = new ModelFacts("llama", "gguf", 70_000_000_000, "Q4_K_M", 42_000_000_000, 8192, 80) }, ModelPhase.OnDisk),
    ];

    /// <summary>Awaited by each load.</summary>
    public TaskCompletionSource Loading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Awaited by each fetch after its first half.</summary>
    public TaskCompletionSource Fetching { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Pinning fails as nobody foresaw.</summary>
    public bool Faulty { get; set; }

    public IReadOnlyList<ModelCard> Models => [.. Look().Models.Select(state => state.Card)];

    public ModelCard? Default => null;

    public IReadOnlyList<PullableModel> Recommended { get; } =
    [
        new("hf:Qwen/Qwen3-1.7B-GGUF", 1_834_000_000, "Apache-2.0", 32768, "119 languages", true, 2_400_000_000, "Alibaba", "https://huggingface.co/Qwen/Qwen3-1.7B-GGUF"),
        new("hf:ggml-org/gemma-3-4b-it-GGUF", 2_490_000_000, "Gemma", 131072, "over 140 languages", false, 3_100_000_000, "Google, converted by ggml-org", "https://huggingface.co/ggml-org/gemma-3-4b-it-GGUF"),
        new("hf:unsloth/Llama-3.3-70B-Instruct-GGUF", 42_500_000_000, "Llama 3.3", 131072, "8 languages", true, 44_000_000_000, "Meta, converted by unsloth", "https://huggingface.co/unsloth"),
    ];

    public bool TryFind(string name, [MaybeNullWhen(false)] out ModelCard model) => (model = Models.FirstOrDefault(card => card.Id == name)) is not null;

    public ValueTask<ModelLease> AcquireAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken) => ValueTask.FromResult(new ModelLease(parrot));

    public PoolState Look()
    {
        lock (_gate)
            return new PoolState(Budget, _states.Sum(state => state.Memory?.Total ?? 0), 1, [.. _states]);
    }

    public Task<PoolState> ChangedAsync(long version, CancellationToken cancellationToken) => Task.FromResult(Look());

    public async Task LoadAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken)
    {
        Set(name, state => state with { Phase = ModelPhase.Loading, Progress = new LoadProgress("laying out weights", 0.4, TimeSpan.FromSeconds(12)), Memory = new ModelMemory(3L << 30, 1L << 30, 100 << 20) });
        await Loading.Task;
        Set(name, state => state with { Phase = ModelPhase.Loaded, Progress = null, Choices = ["context 8192 of 32768 trained"] });
    }

    public Task UnloadAsync(string name, CancellationToken cancellationToken)
    {
        if (name == "parrot")
            throw new RefusedException(new Refusal(501, "not_offered", "model", "'parrot' stays: the test needs it."));
        Set(name, state => state with { Phase = ModelPhase.OnDisk, Memory = null, Choices = [] });
        return Task.CompletedTask;
    }

    public Task PinAsync(string name, bool pinned, CancellationToken cancellationToken)
    {
        if (Faulty)
            throw new InvalidOperationException("a fault in the server, as the test needs it");
        Set(name, state => state with { Pinned = pinned });
        return Task.CompletedTask;
    }

    public Task<ModelForecast> ForecastAsync(string name, CancellationToken cancellationToken) => Task.FromResult(name == "kraken"
        ? new ModelForecast(44L << 30, 11L << 30, 0.6, 0, ["44.0 GiB are needed at least, 11.0 GiB can be made free"])
        : new ModelForecast(4L << 30, 11L << 30, 18.5, 6, ["context 8192 of 32768 trained, 8 streams at once", "decode 18.5 tokens/s: weights are read once a token"]));

    public async IAsyncEnumerable<PullProgress> PullAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!name.StartsWith("hf:", StringComparison.Ordinal))
            throw new RefusedException(new Refusal(404, "model_not_found", "model", $"There is no '{name}' to fetch."));
        yield return new PullProgress("pulling manifest");
        yield return new PullProgress("pulling model", "sha256:ab", 2_000_000_000, 1_000_000_000);
        await Fetching.Task.WaitAsync(cancellationToken);
        yield return new PullProgress("success");
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CopyAsync(string source, string destination, CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Set(string name, Func<ModelState, ModelState> change)
    {
        lock (_gate)
        {
            var at = _states.FindIndex(state => state.Card.Id == name);
            _states[at] = change(_states[at]);
        }
    }
}
