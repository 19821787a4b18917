using Freehold.Engine.Refusals;
using Freehold.Engine.Reranking;
using Freehold.Engine.Tests.Fakes;
using Freehold.Models.Inference;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Tests.Reranking;

public class CrossEncoderRerankerTests
{
    /// <summary>The logit is the number that the second text ends in, times 10. Notices being called twice at once.</summary>
    private sealed class LastDigitModel : RankingModel
    {
        private int _inside;

        public List<(int[] Ids, int SecondFrom)> Seen { get; } = [];

        public Action? Before { get; init; }

        public bool Damaged { get; init; }

        public override ModelShape Shape { get; } = new("fake", 258, 16, 3, 1, 1);

        public override int MaxTokens => 16;

        public override float Score(ReadOnlySpan<int> tokens, int secondFrom)
        {
            Assert.Equal(1, Interlocked.Increment(ref _inside));
            Before?.Invoke();
            Seen.Add((tokens.ToArray(), secondFrom));
            Interlocked.Decrement(ref _inside);
            return Damaged ? float.NaN : (tokens[^2] - '0') * 10;
        }

        protected override void Dispose(bool disposing) { }
    }

    private static readonly ByteTokenizer Tokenizer = new() { Around = new SpecialTokens(ByteTokenizer.Bos, ByteTokenizer.Eos, -1, -1, -1, -1, -1, AddBos: true, AddEos: true, new HashSet<int>()) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_document_is_read_with_the_query_and_scored_by_the_sigmoid_of_its_logit()
    {
        var model = new LastDigitModel();
        using var reranker = new CrossEncoderReranker(model, Tokenizer);
        var result = await reranker.ScoreAsync("q", ["a0", "b1"], cancellationToken: Cancellation);
        Assert.Equal([0.5, 1 / (1 + Math.Exp(-10))], result.Scores, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([ByteTokenizer.Bos, 'q', ByteTokenizer.Eos, 'a', '0', ByteTokenizer.Eos], model.Seen[0].Ids);
        Assert.Equal(3, model.Seen[0].SecondFrom);
        Assert.Equal(12, result.Tokens);
        Assert.Empty(result.Cut);
    }

    [Fact]
    public async Task Scores_near_1_keep_their_order()
    {
        using var reranker = new CrossEncoderReranker(new LastDigitModel(), Tokenizer);
        var scores = (await reranker.ScoreAsync("q", ["2", "3"], cancellationToken: Cancellation)).Scores;
        Assert.Equal(1f, (float)scores[0]);
        Assert.True(scores[1] > scores[0]);
    }

    [Fact]
    public async Task Many_callers_are_served_one_pair_at_a_time_with_the_scores_they_get_alone()
    {
        using var reranker = new CrossEncoderReranker(new LastDigitModel(), Tokenizer);
        string[] documents = [.. Enumerable.Range(0, 20).Select(i => $"{i}")];
        var alone = await reranker.ScoreAsync("q", documents, cancellationToken: Cancellation);
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => reranker.ScoreAsync("q", documents, cancellationToken: Cancellation)));
        Assert.All(all, result => Assert.Equal(alone.Scores, result.Scores));
    }

    [Fact]
    public async Task A_pair_that_is_too_long_is_refused_with_the_numbers_before_anything_is_computed()
    {
        var model = new LastDigitModel();
        using var reranker = new CrossEncoderReranker(model, Tokenizer);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => reranker.ScoreAsync("query", ["1", "0123456789"], cancellationToken: Cancellation));
        Assert.Equal(("context_length_exceeded", "documents[1]"), (refused.Code, refused.Parameter));
        Assert.StartsWith("document 1 has 10 tokens, with the query's 5 and 3 around and between them 18; this model takes 16", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("up to 8", refused.Message, StringComparison.Ordinal);
        Assert.Equal("query", (await Assert.ThrowsAsync<RequestRefusedException>(() => reranker.ScoreAsync("0123456789abc", ["1"], cancellationToken: Cancellation))).Parameter);
        Assert.Empty(model.Seen);
    }

    [Fact]
    public async Task A_document_that_may_be_cut_loses_its_own_end_and_is_named()
    {
        var model = new LastDigitModel();
        using var reranker = new CrossEncoderReranker(model, Tokenizer);
        var result = await reranker.ScoreAsync("query", ["1", "0123456789"], maxTokensPerDocument: 8, Cancellation);
        Assert.Equal([1], result.Cut);
        Assert.Equal([ByteTokenizer.Bos, .. "query".Select(c => (int)c), ByteTokenizer.Eos, .. "01234567".Select(c => (int)c), ByteTokenizer.Eos], model.Seen[1].Ids);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => reranker.ScoreAsync("query", ["0123456789"], maxTokensPerDocument: 9, Cancellation));
        Assert.Contains("has 10 tokens, cut to 9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_work_between_two_pairs()
    {
        using var leaving = new CancellationTokenSource();
        var model = new LastDigitModel { Before = leaving.Cancel };
        using var reranker = new CrossEncoderReranker(model, Tokenizer);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reranker.ScoreAsync("q", ["1", "2", "3"], cancellationToken: leaving.Token));
        Assert.Single(model.Seen);
    }

    [Fact]
    public async Task A_score_that_is_no_number_is_an_error()
    {
        using var reranker = new CrossEncoderReranker(new LastDigitModel { Damaged = true }, Tokenizer);
        await Assert.ThrowsAsync<GenerationFailedException>(() => reranker.ScoreAsync("q", ["1"], cancellationToken: Cancellation));
    }
}
