namespace Freehold.ModelMaker.Recipes;

/// <summary>A vocabulary for made models: GGUF's tokenizer keys.</summary>
public sealed class TinyVocabulary
{
    // Enough for prompts of plain English to take fewer tokens than bytes; each is built by merges from its left.
    private static readonly string[] s_words =
        ["the", "Ġthe", "ing", "and", "Ġand", "er", "on", "Ġto", "Ġof", "Ġa", "in", "re", "Ġin", "is", "at", "es", "Ġwas", "Ġhello", "Ġworld", "ed", "or"];

    private TinyVocabulary(IReadOnlyDictionary<string, object> keys, IReadOnlyList<string> tokens, IReadOnlyList<string> merges)
    {
        Keys = keys;
        Tokens = tokens;
        Merges = merges;
    }

    /// <summary>The <c>tokenizer.*</c> keys.</summary>
    public IReadOnlyDictionary<string, object> Keys { get; }

    /// <summary>The tokens by id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Byte-level BPE's merges, "left right", strongest first; empty for other vocabularies.</summary>
    public IReadOnlyList<string> Merges { get; }

    /// <summary>A byte-level BPE of all 256 bytes, a few English merges and three control tokens at the end (end of text, start, end of turn).</summary>
    public static TinyVocabulary ByteLevel(string pre = "gpt-2")
    {
        var tokens = Enumerable.Range(0, 256).Select(value => ByteLetter(value).ToString()).ToList();
        var merges = new List<string>();
        foreach (var word in s_words)
        {
            for (var length = 2; length <= word.Length; length++)
            {
                if (tokens.Contains(word[..length]))
                    continue;
                merges.Add($"{word[..(length - 1)]} {word[length - 1]}");
                tokens.Add(word[..length]);
            }
        }
        var normal = tokens.Count;
        tokens.AddRange(["<|endoftext|>", "<|im_start|>", "<|im_end|>"]);
        return new TinyVocabulary(new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = pre,
            ["tokenizer.ggml.tokens"] = tokens.ToArray(),
            ["tokenizer.ggml.token_type"] = tokens.Select((_, id) => id < normal ? 1 : 3).ToArray(),
            ["tokenizer.ggml.merges"] = merges.ToArray(),
            ["tokenizer.ggml.bos_token_id"] = (uint)normal,
            ["tokenizer.ggml.eos_token_id"] = (uint)normal + 2,
            ["tokenizer.ggml.padding_token_id"] = (uint)normal,
            ["tokenizer.ggml.add_bos_token"] = false,
            ["tokenizer.chat_template"] =
                "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
                + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
        }, tokens, merges);
    }

    /// <summary>A WordPiece vocabulary of letters and digits in GGUF's form: word starts carry U+2581, continuations carry nothing.</summary>
    public static TinyVocabulary WordPiece()
    {
        var tokens = new List<string> { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
        var special = tokens.Count;
        const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'-";
        tokens.AddRange(Letters.Select(letter => "▁" + letter));
        tokens.AddRange(Letters.Select(letter => letter.ToString()));
        tokens.AddRange(["▁the", "▁and", "▁hello", "▁world", "ing", "ed", "▁to", "▁of"]);
        return new TinyVocabulary(new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "bert",
            ["tokenizer.ggml.pre"] = "bert-bge",
            ["tokenizer.ggml.token_type_count"] = 2u,
            ["tokenizer.ggml.tokens"] = tokens.ToArray(),
            ["tokenizer.ggml.token_type"] = tokens.Select((_, id) => id < special ? 3 : 1).ToArray(),
            ["tokenizer.ggml.unknown_token_id"] = 1u,
            ["tokenizer.ggml.bos_token_id"] = 2u,
            ["tokenizer.ggml.eos_token_id"] = 3u,
            ["tokenizer.ggml.seperator_token_id"] = 3u, // GGUF's own spelling
            ["tokenizer.ggml.padding_token_id"] = 0u,
            ["tokenizer.ggml.cls_token_id"] = 2u,
            ["tokenizer.ggml.mask_token_id"] = 4u,
        }, tokens, []);
    }

    /// <summary>A vocabulary taken from a file, filled up with control tokens to a size.</summary>
    /// <exception cref="ArgumentException">The file has no tokens.</exception>
    public static TinyVocabulary From(IReadOnlyDictionary<string, object> metadata, int atLeast = 0)
    {
        var keys = metadata.Where(pair => pair.Key.StartsWith("tokenizer.", StringComparison.Ordinal)).ToDictionary(pair => pair.Key, pair => pair.Value);
        var tokens = (keys.GetValueOrDefault("tokenizer.ggml.tokens") as string[] ?? throw new ArgumentException("the file has no vocabulary", nameof(metadata))).ToList();
        var had = tokens.Count;
        for (var id = had; id < atLeast; id++)
            tokens.Add($"<|r{id}|>");
        keys["tokenizer.ggml.tokens"] = tokens.ToArray();
        Extend<int>(keys, "tokenizer.ggml.token_type", tokens.Count, 3);
        Extend<float>(keys, "tokenizer.ggml.scores", tokens.Count, 0);
        return new TinyVocabulary(keys, tokens, keys.GetValueOrDefault("tokenizer.ggml.merges") as string[] ?? []);
    }

    private static void Extend<T>(Dictionary<string, object> keys, string key, int count, T with)
    {
        if (keys.GetValueOrDefault(key) is T[] values && values.Length < count)
            keys[key] = values.Concat(Enumerable.Repeat(with, count - values.Length)).ToArray();
    }

    // GPT-2's letters for bytes: printable Latin-1 as itself, the others from U+0100 on (encoder.py, bytes_to_unicode).
    private static char ByteLetter(int value)
    {
        static bool Printable(int v) => v is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
        return (char)(Printable(value) ? value : 0x100 + Enumerable.Range(0, value).Count(v => !Printable(v)));
    }
}
