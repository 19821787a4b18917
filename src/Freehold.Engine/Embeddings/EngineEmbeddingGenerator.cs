using Freehold.Engine.Refusals;
using Freehold.Models.Inference;
using Freehold.Models.Tokenizers;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Embeddings;

/// <summary>
/// An encoder as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>. Texts are encoded one at a time, callers in turns between texts, so that neither
/// a long list nor a stream beside it holds anybody up for longer than one text. Of the options it honours ModelId, Dimensions where it is the model's, and in
/// AdditionalProperties <c>truncate</c> (bool): texts that are too long are cut at their end, and <c>max_tokens</c> (int, at least 1): texts of more tokens of their own are cut to that many.
/// The result's <c>truncated</c> (<c>IReadOnlyList&lt;int&gt;</c>) says which were.
/// </summary>
public sealed class EngineEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly TimeProvider _clock;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Takes over the model (disposed with this).</summary>
    public EngineEmbeddingGenerator(string id, EmbeddingModel model, Tokenizer tokenizer, TimeProvider? clock = null)
    {
        (_model, _tokenizer, _clock) = (model, tokenizer, clock ?? TimeProvider.System);
        _metadata = new EmbeddingGeneratorMetadata("freehold", defaultModelId: id, defaultModelDimensions: model.Shape.EmbeddingLength);
    }

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">A text is too long and may not be cut, or an option cannot be honoured. Nothing was computed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(options);
        var fit = options?.AdditionalProperties?.TryGetValue("truncate", out var cut) is true && cut is true;
        int? most = options?.AdditionalProperties?.TryGetValue("max_tokens", out var limit) is true ? (int)limit! : null;
        var truncated = new List<int>();
        var texts = values.Select((text, index) => Tokens(text, index, fit, most, truncated)).ToList();
        var result = new GeneratedEmbeddings<Embedding<float>>(texts.Count);
        foreach (var tokens in texts)
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // Off the caller's thread: it may be one that serves others.
                var vector = await Task.Run(() => Embed(tokens), cancellationToken).ConfigureAwait(false);
                result.Add(new Embedding<float>(vector) { ModelId = _metadata.DefaultModelId, CreatedAt = _clock.GetUtcNow() });
            }
            finally
            {
                _turn.Release();
            }
        }
        long count = texts.Sum(tokens => (long)tokens.Length);
        if (truncated.Count > 0)
            result.AdditionalProperties = new() { ["truncated"] = truncated };
        result.Usage = new UsageDetails { InputTokenCount = count, TotalTokenCount = count };
        return result;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn.Wait();
        _model.Dispose();
        _turn.Dispose();
    }

    private int[] Tokens(string text, int index, bool fit, int? most, List<int> truncated)
    {
        int[] tokens = [.. _tokenizer.Encode(text)];
        if (tokens.Length == 0)
            throw new RequestRefusedException(RefusalCodes.InvalidPrompt, $"text {index} has no tokens; give at least one", "input");
        var kept = most < tokens.Length || fit && tokens.Length > _model.MaxTokens ? Cut(text, tokens, most ?? int.MaxValue, fit) : tokens;
        if (kept.Length > _model.MaxTokens)
            throw new RequestRefusedException(RefusalCodes.ContextLengthExceeded,
                $"text {index} has {kept.Length} tokens; this model takes {_model.MaxTokens}. Split it", "input");
        if (kept.Length < tokens.Length)
            truncated.Add(index);
        return kept;
    }

    // The text's own tokens are cut at their end; what the model expects around a text stays around it.
    private int[] Cut(string text, int[] tokens, int most, bool fit)
    {
        int[] own = [.. _tokenizer.Encode(text, addSpecial: false)];
        var before = tokens.AsSpan().IndexOf(own);
        if (before < 0)
            throw new InvalidOperationException("a text's own tokens are not among those it has with what stands around it");
        var room = fit ? _model.MaxTokens - (tokens.Length - own.Length) : int.MaxValue;
        var kept = Math.Min(own.Length, Math.Min(most, room));
        return [.. tokens[..(before + kept)], .. tokens[(before + own.Length)..]];
    }

    private float[] Embed(int[] tokens)
    {
        var vector = new float[_model.Shape.EmbeddingLength];
        _model.Embed(tokens, vector);
        return vector;
    }

    private void Check(EmbeddingGenerationOptions? options)
    {
        if (options?.ModelId is { } asked && asked != _metadata.DefaultModelId)
            throw new RequestRefusedException(RefusalCodes.ModelNotFound, $"the model '{asked}' was asked for; this one is '{_metadata.DefaultModelId}'", "model");
        if (options?.Dimensions is { } dimensions && dimensions != _model.Shape.EmbeddingLength)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, $"{dimensions} dimensions were asked for; this model gives {_model.Shape.EmbeddingLength}", "dimensions");
        if (options?.AdditionalProperties?.Keys.FirstOrDefault(key => key is not ("tenant" or "client" or "truncate" or "max_tokens")) is { } unknown)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, $"the parameter '{unknown}' is not known to this engine; leave it out", unknown);
        if (options?.AdditionalProperties?.TryGetValue("max_tokens", out var most) is true && most is not (int and >= 1))
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"max_tokens is '{most}'; it must be a whole number from 1 on", "max_tokens");
        if (options?.RawRepresentationFactory is not null)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, "there is no raw representation; leave it out", "raw_representation");
    }
}
