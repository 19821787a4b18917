using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.Added;

/// <summary>
/// Which tokens swallow the white space beside them. GGUF has no key for it; like llama.cpp (llama-vocab.cpp, "per token attributes") this
/// goes by the names of the few families that need it.
/// </summary>
internal static class StrippedTokens
{
    /// <summary>The ids that swallow before and behind.</summary>
    public static (IReadOnlyList<int> Left, IReadOnlyList<int> Right) Find(ModelMetadata metadata, Vocabulary vocabulary)
    {
        if (metadata.Values.ContainsKey("freehold.tokenizer.lstrip") || metadata.Values.ContainsKey("freehold.tokenizer.rstrip"))
            return (Listed(metadata, "freehold.tokenizer.lstrip", vocabulary), Listed(metadata, "freehold.tokenizer.rstrip", vocabulary));
        var pre = metadata.GetString("tokenizer.ggml.pre", "");
        var name = metadata.GetString("general.name", "");
        var architecture = metadata.GetString("general.architecture", "");
        if (pre is "jina-v2-de" or "jina-v2-es" or "jina-v2-code" || architecture is "nomic-bert-moe" or "jina-bert-v3")
            return (Known(vocabulary, "<mask>"), []);
        if (name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase))
            return ([], Phi3(vocabulary));
        if (name.Contains("modern-bert", StringComparison.OrdinalIgnoreCase))
            return (Known(vocabulary, "[MASK]"), []);
        return ([], []);
    }

    // Our own keys, for models that come with a tokenizer.json, which says it.
    private static int[] Listed(ModelMetadata metadata, string key, Vocabulary vocabulary)
    {
        if (!metadata.TryGet<int[]>(key, out var ids))
            return [];
        return Array.Exists(ids, id => (uint)id >= (uint)vocabulary.Count)
            ? throw new ModelFormatException($"the metadata's '{key}' has an id that the vocabulary of {vocabulary.Count} tokens doesn't have")
            : ids;
    }

    private static List<int> Phi3(Vocabulary vocabulary)
    {
        var ids = new List<int>();
        for (var id = 0; id < vocabulary.Count; id++)
            if (vocabulary.Kind(id) is TokenKind.Control or TokenKind.UserDefined && vocabulary.Text(id) is not ("<unk>" or "<s>" or "<|endoftext|>"))
                ids.Add(id);
        return ids;
    }

    private static int[] Known(Vocabulary vocabulary, string name) => vocabulary.Find(name) is >= 0 and var id ? [id] : [];
}
