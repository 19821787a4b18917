using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.Vocabularies;

/// <summary>Finds the ids with a meaning of their own, from keys and, as llama.cpp does, from the names that families use.</summary>
internal static class SpecialTokenReader
{
    private static readonly string[] EndNames =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>", "</s>",
        "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
        "<｜end▁of▁sentence｜>", "[e~[",
    ];

    // Fill-in-the-middle borders at which an answer has run over into another file: they end it too.
    private static readonly string[] FileBorderNames =
        ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>"];

    /// <summary>Reads them; every id that ends an answer becomes a control token of the vocabulary.</summary>
    /// <param name="metadata">The file's keys.</param>
    /// <param name="vocabulary">The vocabulary, whose kinds may change.</param>
    /// <param name="defaults">The family's ids and flags where the keys say nothing.</param>
    /// <exception cref="ModelFormatException">An id out of range, or BOS or EOS to be added but not named.</exception>
    public static SpecialTokens Read(ModelMetadata metadata, Vocabulary vocabulary, SpecialDefaults defaults)
    {
        int Id(string key, int otherwise = -1) => VocabularyReader.Id(metadata, $"tokenizer.ggml.{key}", vocabulary.Count, otherwise);
        var bos = Id("bos_token_id", defaults.Bos);
        var eos = Id("eos_token_id", defaults.Eos);
        var addBos = metadata.GetBoolean("tokenizer.ggml.add_bos_token", defaults.AddBos);
        var addEos = metadata.GetBoolean("tokenizer.ggml.add_eos_token", defaults.AddEos);
        var ends = new HashSet<int> { eos, Id("eot_token_id"), Id("eom_token_id") };
        foreach (var key in (ReadOnlySpan<string>)["fim_pad_token_id", "fim_rep_token_id", "fim_sep_token_id"])
            ends.Add(Id(key));
        var spelled = SpelledNames(metadata);
        foreach (var name in EndNames.Concat(FileBorderNames))
            if (!spelled.Contains(name))
                ends.Add(vocabulary.Find(name));
        ends.Remove(-1);
        DropFalseEnds(vocabulary, ends);
        foreach (var id in ends)
            vocabulary.SetKind(id, TokenKind.Control);
        var separator = Id("seperator_token_id", Id("separator_token_id", defaults.Separator));
        var addSeparator = metadata.GetBoolean("tokenizer.ggml.add_sep_token", defaults.AddSeparator && separator >= 0);
        return new SpecialTokens(
            bos, eos, Id("unknown_token_id", defaults.Unknown), separator, Id("padding_token_id", defaults.Padding),
            Id("cls_token_id", defaults.Classifier), Id("mask_token_id", defaults.Mask), addBos, addEos, ends)
        {
            AddSeparator = addSeparator && separator >= 0,
            // A Hugging Face tokenizer may have a form for pairs that no key says; then there is none.
            Pairs = metadata.GetBoolean("freehold.tokenizer.pairs", true) && (addEos || addSeparator) && (!addSeparator || separator >= 0),
        };
    }

    // In some vocabularies (Qwen's '</s>', the end of HTML's strike-through) such a name is a piece of text that merges make: then it ends nothing.
    private static HashSet<string> SpelledNames(ModelMetadata metadata)
    {
        var spelled = new HashSet<string>(StringComparer.Ordinal);
        if (metadata.FindTexts("tokenizer.ggml.merges") is not { } merges)
            return spelled;
        var names = EndNames.Concat(FileBorderNames).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < merges.Count; i++)
            if (merges[i] is [(byte)'<' or (byte)'[' or (byte)'_', _, ..] && merges[i].Length < 3 * 64 && merges.Text(i) is { Length: < 64 } merge && merge.Remove(merge.IndexOf(' ', 1) is >= 0 and var at ? at : 0, 1) is var made
                && names.Contains(made))
                spelled.Add(made);
        return spelled;
    }

    // Two families end a part of an answer, not the answer, with a name that ends it elsewhere.
    private static void DropFalseEnds(Vocabulary vocabulary, HashSet<int> ends)
    {
        bool Has(string name) => vocabulary.Find(name) is >= 0 and var id && ends.Contains(id);
        if ((Has("<|return|>") && Has("<|call|>")) || (Has("<|flush|>") && (Has("<|call|>") || Has("<|calls|>"))))
            ends.Remove(vocabulary.Find("<|end|>"));
        if (Has("<|tool_response>"))
            ends.Remove(vocabulary.Find("</s>"));
    }
}

/// <summary>A family's ids and flags where a file's keys say nothing; -1 for none.</summary>
internal sealed record SpecialDefaults(
    int Bos = -1, int Eos = -1, int Unknown = -1, int Separator = -1, int Padding = -1, int Classifier = -1, int Mask = -1,
    bool AddBos = false, bool AddEos = false, bool AddSeparator = false);
