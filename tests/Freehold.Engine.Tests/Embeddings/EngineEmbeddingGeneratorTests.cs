using Freehold.Engine.Embeddings;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using Freehold.Models.Inference;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Embeddings;

public class EngineEmbeddingGeneratorTests
{
    /// <summary>A vector of counts: its length and its first tokens. Notices being called twice at once.</summary>
    private sealed class CountingModel : EmbeddingModel
    {
        private int _inside;

        public override ModelShape Shape { get; } = new("fake", 258, 16, 3, 1, 1);

        public override int MaxTokens => 16;

        public override void Embed(ReadOnlySpan<int> tokens, Span<float> vector)
        {
            Assert.Equal(1, Interlocked.Increment(ref _inside));
            (vector[0], vector[1], vector[2]) = (tokens.Length, tokens[0], tokens[^1]);
            Interlocked.Decrement(ref _inside);
        }

        protected override void Dispose(bool disposing) { }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_text_gets_its_vector_in_order_and_usage_counts_tokens()
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        var result = await generator.GenerateAsync(["a", "bcd"], cancellationToken: Cancellation);
        Assert.Equal([2, ByteTokenizer.Bos, 'a'], result[0].Vector.ToArray());
        Assert.Equal([4, ByteTokenizer.Bos, 'd'], result[1].Vector.ToArray());
        Assert.Equal(6, result.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task Many_callers_are_served_one_text_at_a_time()
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => generator.GenerateAsync([.. Enumerable.Repeat($"{i}", 20)], cancellationToken: Cancellation)));
        Assert.All(all, result => Assert.Equal(20, result.Count));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_with_the_numbers()
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => generator.GenerateAsync(["short", new string('x', 16)], cancellationToken: Cancellation));
        Assert.Equal("context_length_exceeded", refused.Code);
        Assert.Contains("text 1 has 17 tokens; this model takes 16", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_may_be_cut_loses_its_own_end_and_is_named()
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        var result = await generator.GenerateAsync(["short", "0123456789abcdefgh"], new() { AdditionalProperties = new() { ["truncate"] = true } }, Cancellation);
        Assert.Equal([16, ByteTokenizer.Bos, 'e'], result[1].Vector.ToArray());
        Assert.Equal([1], Assert.IsAssignableFrom<IReadOnlyList<int>>(result.AdditionalProperties!["truncated"]));
        Assert.Equal(6 + 16, result.Usage!.InputTokenCount);
        Assert.Null((await generator.GenerateAsync(["short"], new() { AdditionalProperties = new() { ["truncate"] = true } }, Cancellation)).AdditionalProperties);
    }

    [Theory]
    [InlineData(4, false, 5, '3')]
    [InlineData(40, true, 16, 'e')]
    public async Task A_text_is_cut_to_a_limit_that_the_caller_names(int limit, bool fit, int tokens, char last)
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        var options = new EmbeddingGenerationOptions { AdditionalProperties = new() { ["max_tokens"] = limit, ["truncate"] = fit } };
        var result = await generator.GenerateAsync(["abc", "0123456789abcdefgh"], options, Cancellation);
        Assert.Equal([tokens, ByteTokenizer.Bos, last], result[1].Vector.ToArray());
        Assert.Equal([1], Assert.IsAssignableFrom<IReadOnlyList<int>>(result.AdditionalProperties!["truncated"]));
    }

    [Fact]
    public async Task A_text_that_is_too_long_in_spite_of_its_limit_is_refused()
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        var options = new EmbeddingGenerationOptions { AdditionalProperties = new() { ["max_tokens"] = 16 } };
        await Assert.ThrowsAsync<RequestRefusedException>(() => generator.GenerateAsync(["0123456789abcdefgh"], options, Cancellation));
    }

    [Fact]
    public async Task Options_that_cannot_be_honoured_are_refused()
    {
        using var generator = new EngineEmbeddingGenerator("fake", new CountingModel(), new ByteTokenizer());
        Assert.Equal("dimensions", (await Assert.ThrowsAsync<RequestRefusedException>(() => generator.GenerateAsync(["a"], new() { Dimensions = 2 }, Cancellation))).Parameter);
        Assert.Equal("model", (await Assert.ThrowsAsync<RequestRefusedException>(() => generator.GenerateAsync(["a"], new() { ModelId = "x" }, Cancellation))).Parameter);
        foreach (var most in new object[] { 0, 1L, "1" })
            Assert.Equal("max_tokens", (await Assert.ThrowsAsync<RequestRefusedException>(() => generator.GenerateAsync(["a"], new() { AdditionalProperties = new() { ["max_tokens"] = most } }, Cancellation))).Parameter);
        Assert.Single(await generator.GenerateAsync(["a"], new() { Dimensions = 3, ModelId = "fake" }, Cancellation));
    }
}
