using System.Globalization;
using Freehold.Catalog;
using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Blocks;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using ModelFiles = Freehold.Models.Files.ModelFiles;

namespace Freehold.Commands.Catalogue;

/// <summary>What a model says of itself, read from its header; no weight is touched.</summary>
/// <param name="Architecture">GGUF's name of it.</param>
/// <param name="Title">What its makers call it, or null.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Quantisation">How the weights are stored.</param>
/// <param name="Context">Tokens it was trained for, or null.</param>
/// <param name="Licence">Its licence, or null where the file does not say.</param>
/// <param name="HasTemplate">True where it brings a chat template.</param>
/// <param name="Template">The family the template is of, or null.</param>
/// <param name="Kind">What it is for, or null where its architecture is not run.</param>
/// <param name="KvBytesPerToken">Bytes of keys and values a token takes, or null where the header does not tell.</param>
internal sealed record ModelSummary(
    string Architecture, string? Title, long Parameters, string Quantisation, int? Context, string? Licence, bool HasTemplate, string? Template, ModelKind? Kind, long? KvBytesPerToken)
{
    // Markers by which published templates are told apart; the first that is found names the family.
    private static readonly (string Marker, string Family)[] Families =
    [
        ("<|im_start|>", "ChatML"), ("<|start_header_id|>", "Llama 3"), ("<start_of_turn>", "Gemma"), ("<|start_of_role|>", "Granite"),
        ("<|start|>", "Harmony"), ("[INST]", "Mistral"), ("<|assistant|>", "Phi or Zephyr"), ("<｜Assistant｜>", "DeepSeek"), ("<|turn_start|>", "Cohere"),
    ];

    /// <summary>Reads a model's header.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or of a kind that is not read.</exception>
    public static ModelSummary Read(ResolvedModel model)
    {
        using IModelSource source = model.Length is { } length ? GgufFile.Open(model.Path, model.Offset, length) : ModelFiles.Open(model.Path);
        var metadata = source.Metadata;
        var architecture = metadata.Architecture;
        long parameters = 0;
        foreach (var tensor in source.Tensors)
            parameters += tensor.Shape.Aggregate(1L, (product, d) => product * d);
        var template = metadata.GetString("tokenizer.chat_template", null);
        return new ModelSummary(
            architecture, metadata.GetString("general.name", null), parameters, QuantisationOf(model, source), Known(metadata.GetInt32($"{architecture}.context_length", 0)),
            metadata.GetString("general.license", null), template is not null, template is null ? null : Families.FirstOrDefault(f => template.Contains(f.Marker, StringComparison.Ordinal)).Family,
            KindOf(source),
            KvBytes(metadata, architecture));
    }

    /// <summary>What the catalogue notes of it.</summary>
    public IReadOnlyDictionary<string, string> Labels()
    {
        var labels = new Dictionary<string, string>
        {
            ["architecture"] = Architecture,
            ["quantisation"] = Quantisation,
            ["parameters"] = Parameters.ToString(CultureInfo.InvariantCulture),
        };
        if (Kind is { } kind)
            labels["kind"] = Word(kind);
        if (Licence is not null)
            labels["licence"] = Licence;
        return labels;
    }

    /// <summary>What a model is for, in a word: generates, embeds, ranks.</summary>
    public static string Word(ModelKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A count of weights for people: 135 M, 1.24 B.</summary>
    public static string Count(long parameters) => parameters switch
    {
        >= 10_000_000_000 => (parameters / 1e9).ToString("F1", CultureInfo.InvariantCulture) + " B",
        >= 1_000_000_000 => (parameters / 1e9).ToString("F2", CultureInfo.InvariantCulture) + " B",
        >= 1_000_000 => (parameters / 1e6).ToString("F0", CultureInfo.InvariantCulture) + " M",
        >= 1_000 => (parameters / 1e3).ToString("F0", CultureInfo.InvariantCulture) + " K",
        _ => parameters.ToString(CultureInfo.InvariantCulture),
    };

    // A header that asks for what is not run is shown all the same.
    private static ModelKind? KindOf(IModelSource source)
    {
        try
        {
            return ModelLoader.KindOf(source);
        }
        catch (ModelFormatException)
        {
            return null;
        }
    }

    private static int? Known(int value) => value > 0 ? value : null;

    private static string QuantisationOf(ResolvedModel model, IModelSource source)
    {
        // The publisher's word says more (Q4_K_M is a mixture); where there is none, most of the bytes decide.
        if (Freehold.Catalog.Names.Quantisation.FromFileName(Path.GetFileName(model.Path)) is { } named && model.Length is null)
            return named;
        if (Freehold.Catalog.Names.Quantisation.FromFileName(model.Name.Replace(':', '-')) is { } inName)
            return inName;
        return source.Tensors.Count == 0 ? "none (a vocabulary)"
            : source.Tensors.GroupBy(t => t.Type).MaxBy(g => g.Sum(t => t.Bytes))!.Key.ToString();
    }

    /// <summary>Bytes of keys and values that a token takes; null for an encoder, or where the header does not tell.</summary>
    public static long? KvBytes(ModelMetadata metadata, string architecture, KvType type = KvType.F32)
    {
        var layers = metadata.GetInt32($"{architecture}.block_count", 0);
        var heads = metadata.GetInt32($"{architecture}.attention.head_count", 0);
        var width = metadata.GetInt32($"{architecture}.embedding_length", 0);
        if (layers is <= 0 or > 10_000 || heads <= 0 || width <= 0 || !metadata.GetBoolean($"{architecture}.attention.causal", true) || architecture.Contains("bert", StringComparison.Ordinal))
            return null;
        var keyValueHeads = metadata.GetInt32($"{architecture}.attention.head_count_kv", heads);
        var key = metadata.GetInt32($"{architecture}.attention.key_length", width / heads);
        var value = metadata.GetInt32($"{architecture}.attention.value_length", width / heads);
        if (keyValueHeads is <= 0 or > 65_536 || key is <= 0 or > 65_536 || value is <= 0 or > 65_536)
            return null;
        return StateLayout.Of(Enumerable.Repeat(new KvLayout(keyValueHeads, key, value, type), layers)).PageBytes / KvLayout.PageTokens;
    }
}
