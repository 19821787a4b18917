using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels;
using Freehold.Kernels.Threads;
using Freehold.Tests;

namespace Freehold.Engine.Tests.Models;

/// <summary>Two models of one process on one set of threads.</summary>
public class SharedThreadsTests
{
    private static readonly string[] _files = ["models/stories260K-q8_0.gguf", "models/stories260K-f32.gguf"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static FreeholdModel Open(string file, WorkerPool workers) =>
        FreeholdModel.Open(SharedData.Require(file), new() { KvMemoryBytes = 8 << 20, SharePrefixes = false }, new ComputeOptions { Workers = workers });

    private static GenerationRequest Request(FreeholdModel model, int i, int tokens) => new()
    {
        Prompt = model.Loaded.Tokenizer.Encode(string.Concat(Enumerable.Repeat("Once upon a time there was a ", 1 + i * 5))),
        MaxTokens = tokens,
        Sampling = new() { Seed = (ulong)i, TopP = 0.95f, LogitBias = model.Loaded.Tokenizer.Special.EndOfGeneration.ToDictionary(id => id, _ => -100f) },
    };

    [Fact]
    public async Task Two_engines_at_once_give_the_tokens_each_gives_alone()
    {
        const int streams = 4;
        using var workers = new WorkerPool(2);
        var alone = new int[_files.Length * streams][];
        for (var file = 0; file < _files.Length; file++)
        {
            using var model = Open(_files[file], workers);
            for (var i = 0; i < streams; i++)
                alone[file * streams + i] = await Bench.Tokens(model.Engine!.Submit(Request(model, i, 60), Cancellation));
        }
        using var first = Open(_files[0], workers);
        using var second = Open(_files[1], workers);
        var together = await Task.WhenAll(Enumerable.Range(0, alone.Length)
            .Select(i => i < streams ? (first, i) : (second, i - streams))
            .Select(asked => Bench.Tokens(asked.Item1.Engine!.Submit(Request(asked.Item1, asked.Item2, 60), Cancellation))));
        for (var i = 0; i < alone.Length; i++)
            Assert.Equal(alone[i], together[i]);
    }

    [Fact]
    public async Task Neither_engine_starves_the_other()
    {
        using var workers = new WorkerPool(2);
        using var busy = Open(_files[0], workers);
        using var other = Open(_files[1], workers);
        // Eight streams keep the first engine stepping without a pause, far longer than the other needs.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var streams = Enumerable.Range(0, 8).Select(i => busy.Engine!.Submit(Request(busy, i % 3, 400), enough.Token)).ToList();
        var readers = streams.Select(stream => Count(stream, enough.Token)).ToList();
        var tokens = await Bench.Tokens(other.Engine!.Submit(Request(other, 0, 20), Cancellation)).WaitAsync(TimeSpan.FromSeconds(120), Cancellation);
        Assert.Equal(20, tokens.Length);
        Assert.Contains(readers, reader => !reader.IsCompleted);
        await enough.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public void Threads_that_were_lent_outlive_who_borrowed_them()
    {
        using var workers = new WorkerPool(2);
        using (var compute = new Compute(new ComputeOptions { Workers = workers }))
            Assert.Same(workers, compute.Workers);
        using var next = new Compute(new ComputeOptions { Workers = workers, Threads = 2 });
        Assert.Equal(2, next.Threads);
        Assert.Throws<ArgumentException>(() => new Compute(new ComputeOptions { Workers = workers, Threads = 3 }));
    }

    private static async Task<int> Count(GenerationStream stream, CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            await foreach (var _ in stream.WithCancellation(cancellationToken))
                count++;
        }
        catch (OperationCanceledException)
        {
            // It was told to end.
        }
        return count;
    }
}
