using System.Globalization;
using System.Text;
using System.Text.Json;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Splitting;

namespace Freehold.Models.Tokenizers.HuggingFace;

/// <summary>Recognises a <c>tokenizer.json</c>'s way of cutting text among the families that have a name in GGUF.</summary>
internal static class PreTokenizerNames
{
    // One name for each way of cutting; the first that fits is taken.
    private static readonly string[] Names =
    [
        "gpt-2", "llama-bpe", "smaug-bpe", "qwen2", "qwen35", "ufakzeka", "smollm", "falcon", "deepseek-llm", "deepseek-coder", "deepseek-v3", "youtu",
        "bloom", "viking", "tekken", "chameleon", "gpt-4o", "granite-embed-multi-97m", "tiny_aya", "superbpe", "bailingmoe", "seed-coder", "laguna",
        "exaone-moe", "minicpm5", "jais-2", "afmoe",
    ];

    /// <summary>The name for <c>tokenizer.ggml.pre</c>.</summary>
    /// <param name="preTokenizer">The member of that name.</param>
    /// <param name="wholePieces">The model's <c>ignore_merges</c>.</param>
    /// <exception cref="ModelFormatException">No family cuts so.</exception>
    public static string Recognise(JsonElement? preTokenizer, bool wholePieces)
    {
        var stages = preTokenizer.Steps("pretokenizers").Select(Stage).OfType<string>().ToArray();
        foreach (var name in Names)
        {
            var family = PreTokenizerFamily.Find(name);
            if (family.WholePieces == wholePieces && family.Stages.Select(Canonical).SequenceEqual(stages))
                return name;
        }
        throw ModelFormatException.Unsupported(
            $"the tokenizer.json cuts text in a way that is not known (ignore_merges {wholePieces}; {string.Join(" then ", stages)}); another way would give other tokens than the model was trained on");
    }

    /// <summary>Whether bytes are written in GPT-2's alphabet.</summary>
    public static bool IsByteLevel(JsonElement? preTokenizer) => preTokenizer.Steps("pretokenizers").Any(step => step.Text("type") == "ByteLevel");

    private static string? Stage(JsonElement step) => step.Text("type") switch
    {
        "ByteLevel" when step.Flag("add_prefix_space", true) =>
            throw ModelFormatException.Unsupported("the tokenizer.json's ByteLevel step adds a space before the text ('add_prefix_space'), which no GGUF key says"),
        "ByteLevel" => step.Flag("use_regex", true) ? Canonical(PreTokenizerFamily.Gpt2) : null,
        "Digits" => step.Flag("individual_digits", false) ? @"\p{N}" : @"\p{N}+",
        "Punctuation" => Canonical(step.Text("behavior") == "Contiguous" ? @"[\p{P}\$\+<=>\^~\|`]+" : @"[\p{P}!-/:-@\[-`{-~]"),
        "Split" => Split(step),
        var other => throw ModelFormatException.Unsupported($"the tokenizer.json's pre-tokenizer '{other}' is not known for byte-level BPE"),
    };

    private static string Split(JsonElement step)
    {
        var behavior = step.Text("behavior");
        // Removing what a pattern does not match keeps its matches apart: the same for patterns that match everything.
        if (behavior != "Isolated" && !(behavior == "Removed" && step.Flag("invert", false)))
            throw ModelFormatException.Unsupported($"the tokenizer.json splits with the behaviour '{behavior}', which is not known for byte-level BPE");
        return Canonical(step.Member("pattern")?.Text("Regex")
            ?? throw ModelFormatException.Unsupported("the tokenizer.json splits by something other than a regular expression"));
    }

    // Patterns are published with control and non-ASCII characters both escaped and plain.
    private static string Canonical(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        foreach (var c in pattern)
            _ = c switch
            {
                '\r' => text.Append(@"\r"),
                '\n' => text.Append(@"\n"),
                '\t' => text.Append(@"\t"),
                > '~' => text.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        return text.ToString();
    }
}
