using Freehold.Kernels.Attention;
using Freehold.Models.Inference;
using Freehold.Scoring;

namespace Freehold.Tests.Scoring;

public class CausalScorerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The next token's logit is the sum of all tokens so far, kept in the pages as a model keeps its keys, at the token (last + 1) mod 8.</summary>
    private sealed unsafe class SummingModel(int maxRows) : CausalModel
    {
        private float[] _logits = [];

        public override ModelShape Shape { get; } = new("summing", 8, 4096, 1, 1, 1);
        public override StateLayout State { get; } = StateLayout.Of([new KvLayout(1, 1, 1)]);
        public override int MaxRows => maxRows;
        public override int MaxLogitRows => maxRows;
        public override long ResidentBytes => 0;

        public override ReadOnlySpan<float> Forward(ForwardBatch batch)
        {
            var rows = batch.Sequences[0];
            _logits = new float[batch.LogitRows.Length * 8];
            for (var i = 0; i < rows.Rows; i++)
            {
                var position = rows.StartPosition + i;
                *At(batch, rows, position) = batch.Tokens[i];
                float sum = 0;
                for (var p = 0; p <= position; p++)
                    sum += *At(batch, rows, p);
                _logits[i * 8 + (batch.Tokens[i] + 1) % 8] = sum;
            }
            return _logits;
        }

        protected override void Dispose(bool disposing)
        {
        }

        private static float* At(ForwardBatch batch, in SequenceRows rows, int position) =>
            (float*)(batch.Memory.Base + rows.Pages[position / KvLayout.PageTokens] * batch.Memory.PageStride) + position % KvLayout.PageTokens;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(512)]
    public void Every_position_sees_all_tokens_before_it_whatever_the_chunk(int chunk)
    {
        using var model = new SummingModel(chunk);
        using var scorer = new CausalScorer(model, 200);
        var tokens = Enumerable.Range(0, 200).Select(i => i * 5 % 8).ToArray();
        var seen = new List<float>();
        scorer.Run(tokens, (position, logits) =>
        {
            Assert.Equal(seen.Count, position);
            seen.Add(logits[(tokens[position] + 1) % 8]);
        }, Cancel);
        float sum = 0;
        Assert.Equal(tokens.Select(token => sum += token), seen);
    }

    [Fact]
    public void A_token_outside_the_vocabulary_and_a_sequence_too_long_are_refused()
    {
        using var model = new SummingModel(8);
        using var scorer = new CausalScorer(model, 4);
        Assert.Contains("id 8", Assert.Throws<ArgumentException>(() => scorer.Run([8], (_, _) => { }, Cancel)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => scorer.Run([-1], (_, _) => { }, Cancel));
        Assert.Contains("room for 4", Assert.Throws<ArgumentException>(() => scorer.Run([1, 1, 1, 1, 1], (_, _) => { }, Cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Perplexity_scores_whole_windows_from_their_second_token_and_nothing_else()
    {
        using var model = new SummingModel(8);
        // Windows of 4 over 10 tokens: two windows, three tokens scored in each, two tokens left over.
        var tokens = new[] { 0, 1, 2, 3, 4, 5, 6, 7, 1, 1 };
        var result = Perplexity.Of(model, tokens, 4, Cancel);
        Assert.Equal(6, result.Scored);
        // Each token is its predecessor's successor, whose logit is the sum so far; the other seven logits are 0.
        double[] sums = [0, 1, 3, 4, 9, 15];
        var expected = Math.Exp(sums.Average(sum => Math.Log(Math.Exp(sum) + 7) - sum));
        Assert.Equal(expected, result.Value, 12);
        Assert.Throws<ArgumentException>(() => Perplexity.Of(model, tokens.AsSpan(0, 3), 4, Cancel));
    }

    [Fact]
    public void The_likeliest_come_first_and_equals_by_id()
    {
        var top = LogSoftmax.Top([1, 3, 2, 3, float.NegativeInfinity], 3);
        Assert.Equal([1, 3, 2], top.Select(entry => entry.Id));
        var sum = Math.Exp(1) + 2 * Math.Exp(3) + Math.Exp(2);
        Assert.Equal(3 - Math.Log(sum), top[0].Logprob, 12);
        Assert.Empty(LogSoftmax.Top([1, 2], 0));
        Assert.Equal(2, LogSoftmax.Top([1, 2], 5).Length);
    }
}
