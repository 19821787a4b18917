using System.Runtime.InteropServices;
using Freehold.Engine.Refusals;
using Freehold.Kernels.Numerics;
using Freehold.Models.Inference;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Reranking;

/// <summary>
/// A cross-encoder that scores documents against a query. Pairs are computed one at a time, callers in turns between pairs, so that neither a long list nor a
/// stream beside it holds anybody up for longer than one pair; a score depends on its pair alone.
/// </summary>
public sealed class CrossEncoderReranker : IDisposable
{
    private readonly RankingModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Takes over the model (disposed with this).</summary>
    /// <exception cref="ArgumentException">The tokenizer has no form for pairs.</exception>
    public CrossEncoderReranker(RankingModel model, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (!tokenizer.Special.Pairs)
            throw new ArgumentException("the tokenizer has no form for pairs of texts", nameof(tokenizer));
        (_model, _tokenizer) = (model, tokenizer);
    }

    /// <summary>Scores each document: the sigmoid of the model's logit.</summary>
    /// <param name="query">The question.</param>
    /// <param name="documents">What is to be ranked.</param>
    /// <param name="maxTokensPerDocument">Documents with more tokens of their own are cut at their end; null refuses a pair that is too long instead.</param>
    /// <param name="cancellationToken">Ends it between two pairs.</param>
    /// <exception cref="RequestRefusedException">A pair is longer than the model takes. Nothing was computed.</exception>
    public async Task<PairScores> ScoreAsync(string query, IReadOnlyList<string> documents, int? maxTokensPerDocument = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        var cut = new List<int>();
        // Off the caller's thread, both here and below: it may be one that serves others.
        var pairs = await Task.Run(() => Pairs(query, documents, maxTokensPerDocument ?? int.MaxValue, cut, cancellationToken), cancellationToken).ConfigureAwait(false);
        var scores = new double[pairs.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var pair = pairs[i];
                scores[i] = Sigmoid(await Task.Run(() => _model.Score(pair.Ids, pair.SecondFrom), cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                _turn.Release();
            }
        }
        return new PairScores(scores, pairs.Sum(pair => (long)pair.Ids.Length), cut);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn.Wait();
        _model.Dispose();
        _turn.Dispose();
    }

    private List<TokenPair> Pairs(string query, IReadOnlyList<string> documents, int most, List<int> cut, CancellationToken cancellationToken)
    {
        List<int> first = [.. _tokenizer.Encode(query, addSpecial: false)];
        var around = _tokenizer.Pair([], []).Ids.Length;
        if (first.Count + around >= _model.MaxTokens)
            throw new RequestRefusedException(RefusalCodes.ContextLengthExceeded,
                $"the query has {first.Count} tokens, with {around} around and between the texts {first.Count + around}; of the {_model.MaxTokens} that this model takes, none is left for a document. Shorten it", "query");
        var pairs = new List<TokenPair>(documents.Count);
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<int> second = [.. _tokenizer.Encode(document, addSpecial: false)];
            var had = second.Count;
            if (had > most)
            {
                CollectionsMarshal.SetCount(second, most);
                cut.Add(pairs.Count);
            }
            if (first.Count + second.Count + around > _model.MaxTokens)
                throw new RequestRefusedException(RefusalCodes.ContextLengthExceeded,
                    $"document {pairs.Count} has {had} tokens{(second.Count < had ? $", cut to {second.Count}" : "")}, with the query's {first.Count} and {around} around and between them {first.Count + second.Count + around}; this model takes {_model.MaxTokens}. "
                    + $"Split it, or let it be cut: 'max_tokens_per_doc' up to {_model.MaxTokens - first.Count - around}", $"documents[{pairs.Count}]");
            pairs.Add(_tokenizer.Pair(first, second));
        }
        return pairs;
    }

    // In double precision: in single, logits above 17 would all be 1, and their order lost.
    private static double Sigmoid(float logit)
    {
        if (!float.IsFinite(logit))
            throw new GenerationFailedException("the model gave a score that is no finite number; its weights are damaged");
        double small = Functions.Exp(-MathF.Abs(logit));
        return logit >= 0 ? 1 / (1 + small) : small / (1 + small);
    }
}
