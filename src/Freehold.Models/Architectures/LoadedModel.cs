using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

namespace Freehold.Models.Architectures;

/// <summary>A model ready to run: one of <see cref="Causal"/>, <see cref="Embedding"/> and <see cref="Ranking"/> is there.</summary>
public sealed class LoadedModel : IDisposable
{
    /// <summary>Where it came from.</summary>
    public required string Origin { get; init; }

    /// <summary>Sizes.</summary>
    public required ModelShape Shape { get; init; }

    /// <summary>The file's metadata.</summary>
    public required ModelMetadata Metadata { get; init; }

    /// <summary>Text to ids and back.</summary>
    public required Tokenizer Tokenizer { get; init; }

    /// <summary>The generating model, if it is one.</summary>
    public CausalModel? Causal { get; init; }

    /// <summary>The encoder of single texts, if it is one.</summary>
    public EmbeddingModel? Embedding { get; init; }

    /// <summary>The cross-encoder, if it is one.</summary>
    public RankingModel? Ranking { get; init; }

    /// <summary>The chat template's source; null where the file has none.</summary>
    public string? ChatTemplateSource { get; init; }

    /// <summary>The parsed chat template; null where the file has none.</summary>
    /// <remarks>Parsed at load; a template that cannot be parsed is reported by <see cref="ChatTemplateError"/> and chat is refused with it.</remarks>
    public ChatTemplate? ChatTemplate { get; init; }

    /// <summary>Why the file's chat template cannot be used; null where it can, or there is none.</summary>
    public string? ChatTemplateError { get; init; }

    /// <summary>Bits of activations in use.</summary>
    public required ActivationBits Activations { get; init; }

    /// <summary>The bits this model has by default; answers name <see cref="Activations"/> where it is not this.</summary>
    public required ActivationBits DefaultActivations { get; init; }

    /// <summary>How keys and values are stored; answers name what isn't f32.</summary>
    public KvType KeysValues { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Causal?.Dispose();
        Embedding?.Dispose();
        Ranking?.Dispose();
    }
}
