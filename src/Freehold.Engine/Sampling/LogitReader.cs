using Freehold.Engine.Refusals;
using Freehold.Engine.Sequences;
using Freehold.Grammars.Tokens;

namespace Freehold.Engine.Sampling;

/// <summary>What rows of logits say: the next token of an answer, and how likely a prompt's tokens were. Owned by the engine's thread.</summary>
/// <param name="vocabulary">Tokens that can be sampled.</param>
/// <param name="columns">Logits of a row: as many, or more where a model's rows are padded.</param>
internal sealed class LogitReader(int vocabulary, int columns)
{
    private readonly Sampler _sampler = new(vocabulary);
    private readonly TokenSet _allowed = new(vocabulary);
    private readonly float[] _scratch = new float[columns];

    /// <summary>Chooses the next token; its alternatives are written to the stream's ring.</summary>
    /// <param name="sequence">The answer.</param>
    /// <param name="logits">One row.</param>
    /// <param name="logProbability">The token's; NaN where nobody wants it.</param>
    /// <param name="alternatives">How many were written.</param>
    /// <exception cref="GenerationFailedException">The logits are no finite numbers.</exception>
    public int Next(Sequence sequence, ReadOnlySpan<float> logits, out float logProbability, out int alternatives)
    {
        var token = sequence.ForcedToken is >= 0 and var forced ? sequence.Constraint?.Take(forced) ?? forced
            : sequence.Constraint is { } constraint ? constraint.Next(_sampler, logits, sequence, _allowed)
            : _sampler.Sample(logits, sequence.Sampling, sequence.Seed, sequence.Tokens, sequence.PromptLength);
        (logProbability, alternatives) = (float.NaN, 0);
        if (sequence.LogProbabilities)
        {
            var sum = Logits.LogSumExp(logits, logits[Logits.Likeliest(logits)], _scratch);
            logProbability = (float)(logits[token] - sum);
            alternatives = Logits.Likeliest(logits[..vocabulary], sum, sequence.Stream.Ring.NextAlternatives);
        }
        return token;
    }

    /// <summary>Scores the prompt's tokens behind the rows' positions. Returns why the sequence cannot go on; null: it can.</summary>
    public GenerationFailedException? Score(Sequence sequence, ReadOnlySpan<float> rows)
    {
        var scores = sequence.Scores!;
        for (var next = sequence.Computed + 1; next <= sequence.Computed + sequence.Rows && next < sequence.PromptLength; next++)
        {
            var logits = rows.Slice((next - 1 - sequence.Computed) * columns, columns);
            var likeliest = Logits.Likeliest(logits);
            if (likeliest < 0)
                return new GenerationFailedException($"the model's logits for position {next} are not finite numbers; the model file is damaged or its computation overflowed. Check the file, or try another quantisation");
            var sum = Logits.LogSumExp(logits, logits[likeliest], _scratch);
            scores.Set(next, (float)(logits[sequence.Tokens[next]] - sum), Logits.Likeliest(logits[..vocabulary], sum, scores.Place(next)));
        }
        return null;
    }
}
