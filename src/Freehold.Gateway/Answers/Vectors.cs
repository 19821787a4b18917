using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Answers;

/// <summary>Texts as vectors, for every dialect's endpoint.</summary>
internal static class Vectors
{
    /// <summary>Refuses a model that gives none, before it is loaded.</summary>
    public static void Check(ModelCard card)
    {
        if (!card.Embeds)
            throw RefusedException.Field("model", $"The model '{card.Id}' gives no embeddings.", ErrorCodes.UnsupportedValue);
    }

    /// <summary>One vector a text, in their order.</summary>
    /// <param name="scope">The request; counts its tokens.</param>
    /// <param name="model">The model.</param>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="dimensions">The dimensions asked for, or null.</param>
    /// <param name="user">The end user, or null.</param>
    /// <param name="truncate">Whether texts that are too long are cut, and not refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RefusedException">The model gives no vectors of these dimensions.</exception>
    public static async Task<GeneratedEmbeddings<Embedding<float>>> MakeAsync(
        RequestScope scope, ServedModel model, IReadOnlyList<string> texts, int? dimensions, string? user, bool truncate, CancellationToken cancellationToken)
    {
        var generator = model.Embeddings ?? throw new InvalidOperationException($"'{model.Id}' gives no embeddings, and its card says that it does");
        var known = (generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelDimensions;
        RefuseOther(dimensions, known, model);
        var options = new EmbeddingGenerationOptions { AdditionalProperties = [] };
        scope.Principal.Stamp(options.AdditionalProperties, user);
        if (truncate)
            options.AdditionalProperties["truncate"] = true;
        var vectors = await generator.GenerateAsync(texts, options, cancellationToken);
        if (vectors.Count != texts.Count)
            throw new InvalidOperationException($"{texts.Count} texts were given and {vectors.Count} vectors came back");
        RefuseOther(dimensions, vectors[0].Vector.Length, model);
        scope.CountEmbedding(vectors.Usage?.InputTokenCount ?? 0);
        return vectors;
    }

    private static void RefuseOther(int? wanted, int? given, ServedModel model)
    {
        if (wanted is not null && given is not null && wanted != given)
            throw RefusedException.Field("dimensions", $"'{model.Id}' gives {given} dimensions and cannot give {wanted}; leave 'dimensions' out.");
    }
}
