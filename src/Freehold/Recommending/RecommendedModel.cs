using System.Text.Json;
using System.Text.Json.Serialization;
using Freehold.Kernels.Attention;

namespace Freehold.Recommending;

/// <summary>A published model that runs here, as the committed table <c>recommended-models.json</c> tells of it; nothing is looked up.</summary>
internal sealed record RecommendedModel
{
    /// <summary>Tokens of conversation that <see cref="Memory"/> counts with.</summary>
    public const int CountedTokens = 4096;

    /// <summary>What <c>freehold pull</c> takes.</summary>
    public required string Pull { get; init; }

    /// <summary>Whose it is, and who made the file where that is somebody else.</summary>
    public required string By { get; init; }

    /// <summary>GGUF's name of its architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>Its licence.</summary>
    public required string Licence { get; init; }

    /// <summary>Number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Mean bits a weight in this file.</summary>
    public required double Bits { get; init; }

    /// <summary>Layers with keys and values.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads of keys and values in a layer.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Length of a key and of a value.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Tokens it was trained for.</summary>
    public required int Context { get; init; }

    /// <summary>Languages its makers name.</summary>
    public required string Languages { get; init; }

    /// <summary>Whether its own chat template calls tools.</summary>
    public required bool Tools { get; init; }

    /// <summary>Its card, where all of this is from.</summary>
    public required string Source { get; init; }

    /// <summary>Bytes of the file, about.</summary>
    [JsonIgnore]
    public long Size => (long)(Parameters * Bits / 8);

    /// <summary>Bytes of memory for its weights and one conversation of <see cref="CountedTokens"/>.</summary>
    [JsonIgnore]
    public long Memory => Size + new KvLayout(KvHeads, HeadDim, HeadDim).PageBytes / KvLayout.PageTokens * Layers * CountedTokens;

    /// <summary>The table, from the smallest to the largest.</summary>
    public static IReadOnlyList<RecommendedModel> All()
    {
        using var table = typeof(RecommendedModel).Assembly.GetManifestResourceStream("recommended-models.json")!;
        return [.. JsonSerializer.Deserialize(table, RecommendedModelJson.Default.RecommendedModelTable)!.Models.OrderBy(m => m.Size)];
    }
}

/// <summary>The table as it is written.</summary>
internal sealed record RecommendedModelTable
{
    /// <summary>Where its numbers are from.</summary>
    public required string Note { get; init; }

    /// <summary>The models.</summary>
    public required IReadOnlyList<RecommendedModel> Models { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RecommendedModelTable))]
internal sealed partial class RecommendedModelJson : JsonSerializerContext;
