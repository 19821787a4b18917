namespace Freehold.Models.Files.Safetensors;

/// <summary>The tokenizer's keys of a Hugging Face folder: the one place where files meet the tokenizers' reader.</summary>
internal static class HfTokenizer
{
    /// <summary>
    /// Reads <c>tokenizer.json</c> and <c>tokenizer_config.json</c>. The reader (<c>Tokenizers.TokenizerJson.ToGgufKeys</c>) is not in this tree yet, so a folder
    /// gives no tokenizer keys and asking for its tokenizer fails with the missing key's name.
    /// </summary>
    public static IReadOnlyDictionary<string, object> Read(string folder) => new Dictionary<string, object>();
}
