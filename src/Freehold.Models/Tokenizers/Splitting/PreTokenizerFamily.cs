using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>How the families cut a text, by the names of <c>tokenizer.ggml.pre</c>.</summary>
/// <param name="Stages">Patterns, one a stage.</param>
/// <param name="WholePieces">Whether a piece that is a token is that token, whatever the merges would give.</param>
/// <param name="AddBos">Whether BOS goes in front where the file doesn't say.</param>
internal sealed record PreTokenizerFamily(IReadOnlyList<string> Stages, bool WholePieces = false, bool AddBos = false)
{
    /// <summary>In place of a pattern: digits in threes from the right, unless a word character follows.</summary>
    public const string DigitGroupsOfWords = @"\d{1,3}(?=(?:\d{3})*\b)";

    /// <summary>In place of a pattern: decimal digits in threes from the right.</summary>
    public const string DecimalDigitGroups = @"(?=(\d{3})+(?!\d))";

    /// <summary>In place of a pattern: numerals in threes from the right.</summary>
    public const string NumeralGroups = @"\p{AFMoE_digits}";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string SpaceTail = @"|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string UpperPart = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string LowerPart = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string CasedHead = @"[^\r\n\p{L}\p{N}]?";

    /// <summary>GPT-2's pattern.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's pattern (that of cl100k).</summary>
    public const string Llama3 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SpaceTail;

    /// <summary>Qwen 2's pattern: Llama 3's with single digits.</summary>
    public const string Qwen2 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SpaceTail;

    /// <summary>The pattern of Mistral's tekken: words end where a capital begins.</summary>
    public const string Tekken =
        CasedHead + UpperPart + "*" + LowerPart + "+|" + CasedHead + UpperPart + "+" + LowerPart + @"*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SpaceTail;

    /// <summary>GPT-4o's pattern (o200k).</summary>
    public const string Gpt4O =
        CasedHead + UpperPart + "*" + LowerPart + "+" + Contractions + "?|" + CasedHead + UpperPart + "+" + LowerPart + "*" + Contractions
        + @"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SpaceTail;

    private const string Punctuation = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+";
    private const string Japanese = "[一-龥\u3040-\u309F\u30A0-\u30FF]+";
    private const string DeepSeek3Words =
        Punctuation + @"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*" + SpaceTail;

    // The cased letters of DeepSeek's first vocabularies; escaped, as an editor that composes characters would change them.
    private const string Cased =
        "[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-\u0373\u0376\u0377"
        + "\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-"
        + "\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-"
        + "\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-"
        + "\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115"
        + "\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-"
        + "\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-"
        + "\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\U00010400-\U0001044F\U000104B0-\U000104D3\U000104D8-"
        + "\U000104FB\U00010C80-\U00010CB2\U00010CC0-\U00010CF2\U000118A0-\U000118DF\U0001E900-\U0001E943]+";

    private const string Asian = "[一-龥\u0800-一가-\uD7FF]+";

    /// <summary>The family of a name.</summary>
    /// <param name="name">The file's <c>tokenizer.ggml.pre</c>; null stands for files older than the key.</param>
    /// <exception cref="ModelFormatException">Nobody here knows the name.</exception>
    public static PreTokenizerFamily Find(string? name) => name switch
    {
        null or "" or "default" => new([@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"]),
        "gpt-2" or "phi-2" or "jina-es" or "jina-de" or "gigachat" or "jina-v2-es" or "jina-v2-de" or "a.x-4.0" or "mellum" or "modern-bert"
            or "jina-v1-en" or "jina-v2-code" or "roberta-bpe" or "exaone4" or "mpt" or "olmo" or "jais" or "trillion" or "granite-docling"
            => new([Gpt2]),
        "llama3" or "llama-v3" or "llama-bpe" or "falcon3" or "falcon-h1" or "pixtral" or "midm-2.0" or "lfm2" or "jina-v5-nano"
            => new([Llama3], WholePieces: true, AddBos: true),
        "dbrx" or "smaug-bpe" or "glm4" or "chatglm-bpe" => new([Llama3]),
        "qwen2" or "deepseek-r1-qwen" or "kormo" or "f2llmv2" or "megrez" or "stablelm2" or "hunyuan" or "solar-open" or "grok-2" => new([Qwen2]),
        "qwen35" => new([Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + SpaceTail]),
        "ufakzeka" => new([@"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SpaceTail]),
        "starcoder" or "refact" or "command-r" or "smollm" or "codeshell" or "exaone" or "minerva-7b" or "mellum2" => new([@"\p{N}", Gpt2]),
        "falcon" => new([@"[\p{P}\$\+<=>\^~\|`]+", Gpt2, "[0-9][0-9][0-9]"]),
        "deepseek-llm" => new([@"[\r\n]", @"\s?" + Cased, "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+", @"\s+$", Asian, @"\p{N}+"]),
        "deepseek-coder" => new([@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", Asian, @"\p{N}"]),
        "deepseek-v3" or "hunyuan-dense" or "joyai-llm" or "hy_v4" => new([@"\p{N}{1,3}", Japanese, DeepSeek3Words]),
        "spark2_5" => new([@"\p{N}{1,3}", Japanese, Punctuation + @"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+", @"\p{N}"]),
        "youtu" => new(
            [
                "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|" + Japanese,
                CasedHead + UpperPart + "*" + LowerPart + "+" + Contractions + "?|" + CasedHead + UpperPart + "+" + LowerPart + "*" + Contractions
                    + @"?|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SpaceTail,
            ],
            WholePieces: true),
        "poro-chat" or "bloom" or "gpt3-finnish" => new([@" ?[^(\s|.,!?…。，、।۔،)]+"]),
        "viking" => new([@" ?[^(\s|.,!?…。，、।۔،)]+", @"\p{N}"]),
        "tekken" => new([Tekken], WholePieces: true, AddBos: true),
        "chameleon" => new(
            [
                "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", @"([\t\n]|    |  )", @"\p{N}", @"[\p{P}!-/:-@\[-`{-~]", Gpt2,
            ],
            AddBos: true),
        "gpt-4o" or "llama4" or "kanana2" or "talkie" or "minimax-m2" => new([Gpt4O]),
        "granite-embed-multi-97m" => new([Gpt4O], WholePieces: true),
        "tiny_aya" or "cohere2moe" => new([DigitGroupsOfWords, Gpt4O]),
        "kimi-k2" => new(
            [
                @"\p{Han}+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+" + Contractions
                    + @"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*" + Contractions
                    + @"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SpaceTail,
            ]),
        "superbpe" => new([@"\p{N}+", DecimalDigitGroups]),
        "bailingmoe" or "bailingmoe2" or "llada-moe" => new(
            [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"]),
        "seed-coder" => new([Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+" + SpaceTail]),
        "afmoe" => new(
            [
                NumeralGroups,
                "[一-鿿㐀-䶿\uF900-\uFAFF\u3040-ゟ゠-ヿ･-ﾟ⼀-\u2FDF\u0E00-\u0E7F\u0E80-\u0EFFក-\u17FFက-႟ꩠ-ꩿꧠ-\uA9FF가-\uD7AFᄀ-ᇿ]+",
                DeepSeek3Words,
            ]),
        "laguna" => new([@"[^\n]+|[\n]+", Qwen2]),
        "exaone-moe" => new(
            [
                Contractions + @"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+",
            ]),
        "minicpm5" => new(
            [@"\p{N}{1,3}", Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*" + SpaceTail], WholePieces: true),
        "jais-2" => new(
            [
                Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)"
                    + @"|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}",
            ]),
        _ => throw ModelFormatException.Unsupported(
            $"the pre-tokenizer '{name}' ('tokenizer.ggml.pre') is not known; another way of cutting would give other tokens than the model was trained on"),
    };

    /// <summary>Builds the splitter.</summary>
    public PreTokenizer Build() => new(Stages.Select(Stage).ToArray());

    private static ISplitStage Stage(string pattern) => pattern switch
    {
        DigitGroupsOfWords => new DigitGroupStage(CategoryNames.Mask("Nd").GetValueOrDefault(), wholeWord: true),
        DecimalDigitGroups => new DigitGroupStage(CategoryNames.Mask("Nd").GetValueOrDefault(), wholeWord: false),
        NumeralGroups => new DigitGroupStage(CategoryNames.Mask("N").GetValueOrDefault(), wholeWord: false),
        _ => new PatternStage(pattern),
    };
}
