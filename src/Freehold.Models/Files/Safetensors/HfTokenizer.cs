using Freehold.Models.Tokenizers;

namespace Freehold.Models.Files.Safetensors;

/// <summary>The tokenizer's keys of a Hugging Face folder: the one place where files meet the tokenizers' reader.</summary>
internal static class HfTokenizer
{
    /// <summary>Reads <c>tokenizer.json</c> and, where it is there, <c>tokenizer_config.json</c>; a folder without the first gives no keys.</summary>
    /// <exception cref="ModelFormatException">One of them is damaged or of a kind this engine does not know.</exception>
    public static IReadOnlyDictionary<string, object> Read(string folder)
    {
        var tokenizer = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(tokenizer))
            return new Dictionary<string, object>();
        using var json = File.OpenRead(tokenizer);
        var settings = Path.Combine(folder, "tokenizer_config.json");
        using var config = File.Exists(settings) ? File.OpenRead(settings) : null;
        return TokenizerJson.ToGgufKeys(json, config);
    }
}
