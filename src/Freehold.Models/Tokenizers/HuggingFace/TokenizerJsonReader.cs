using System.Text.Json;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.HuggingFace;

/// <summary>Reads one <c>tokenizer.json</c>, by the kind of its model.</summary>
internal sealed class TokenizerJsonReader(JsonElement root, JsonElement? config)
{
    private const string Mark = "\u2581";
    private readonly Dictionary<string, object> _keys = new(StringComparer.Ordinal);
    private readonly TokenList _tokens = new();

    /// <summary>The GGUF keys.</summary>
    public IReadOnlyDictionary<string, object> Read()
    {
        var model = root.Member("model") ?? throw new ModelFormatException("the tokenizer.json has no 'model'");
        _tokens.AddVocabulary(model.Member("vocab") ?? throw new ModelFormatException("the tokenizer.json's model has no 'vocab'"));
        var own = _tokens.Count;
        _tokens.AddAdded(root.Member("added_tokens"));
        // Older files don't name the type: what it is shows in what it has.
        var type = model.Text("type") ?? (model.Member("merges") is not null ? "BPE" : model.Member("unk_id") is not null ? "Unigram" : "WordPiece");
        switch (type)
        {
            case "BPE" when PreTokenizerNames.IsByteLevel(root.Member("pre_tokenizer")):
                ReadByteLevel(model);
                break;
            case "BPE":
                ReadFallback(model);
                break;
            case "Unigram":
                ReadUnigram(model, own);
                break;
            case "WordPiece":
                ReadWordPiece(model);
                break;
            default:
                throw ModelFormatException.Unsupported($"the tokenizer.json's model '{type}' is not known; known are BPE, Unigram and WordPiece");
        }
        _keys["tokenizer.ggml.tokens"] = _tokens.Pieces;
        _keys["tokenizer.ggml.token_type"] = _tokens.Kinds;
        if (_tokens.LeftStrip.Count > 0)
            _keys["freehold.tokenizer.lstrip"] = _tokens.LeftStrip.ToArray();
        if (_tokens.RightStrip.Count > 0)
            _keys["freehold.tokenizer.rstrip"] = _tokens.RightStrip.ToArray();
        new SpecialTokenKeys(root, config, _tokens).Write(_keys);
        return _keys;
    }

    private void ReadByteLevel(JsonElement model)
    {
        foreach (var step in root.Member("normalizer").Steps("normalizers"))
            if (step.Text("type") is not "NFC")
                throw Normalizer(step);
        if (!string.IsNullOrEmpty(model.Text("continuing_subword_prefix")) || !string.IsNullOrEmpty(model.Text("end_of_word_suffix")))
            throw ModelFormatException.Unsupported("the tokenizer.json's BPE marks pieces inside or at the end of words, which is not known for byte-level BPE");
        _keys["tokenizer.ggml.model"] = "gpt2";
        _keys["tokenizer.ggml.pre"] = PreTokenizerNames.Recognise(root.Member("pre_tokenizer"), model.Flag("ignore_merges", false));
        _keys["tokenizer.ggml.merges"] = Merges(model).Select(merge => $"{merge.Left} {merge.Right}").ToArray();
    }

    // SentencePiece's BPE in Hugging Face's clothes: the rank of a piece's first merge says what its score said.
    private void ReadFallback(JsonElement model)
    {
        if (!model.Flag("byte_fallback", false))
            throw ModelFormatException.Unsupported("the tokenizer.json's BPE neither works on bytes (ByteLevel) nor falls back to them (byte_fallback), which is not known");
        var prefix = false;
        foreach (var step in root.Member("normalizer").Steps("normalizers"))
            if (step.Text("type") == "Prepend" && step.Text("prepend") == Mark)
                prefix = true;
            else if (step.Text("type") != "Replace" || step.Text("content") != Mark || step.Member("pattern")?.Text("String") != " ")
                throw Normalizer(step);
        foreach (var step in root.Member("pre_tokenizer").Steps("pretokenizers"))
            prefix |= IsMetaspace(step, allowSplitAtSpace: true) && AddsPrefix(step);
        var scores = new float[_tokens.Count];
        Array.Fill(scores, -1e9f);
        var rank = 0;
        foreach (var (left, right) in Merges(model))
        {
            var id = _tokens.Find(left + right);
            if (id < 0 || _tokens.Find(left) < 0 || _tokens.Find(right) < 0)
                throw new ModelFormatException($"the tokenizer.json's merge {rank} ('{left}', '{right}') needs a token that the vocabulary doesn't have; the file is damaged");
            if (scores[id] == -1e9f)
                scores[id] = -rank;
            rank++;
        }
        var pieces = _tokens.Pieces;
        for (var id = 0; id < pieces.Length; id++)
        {
            var piece = pieces[id];
            if (_tokens.Kind(id) == TokenKind.Normal && piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>')
                _tokens.SetKind(id, TokenKind.Byte);
        }
        MarkUnknown(model);
        _tokens.Rewrite((piece, kind) => kind == TokenKind.UserDefined ? piece.Replace(Mark, " ", StringComparison.Ordinal) : piece);
        _keys["tokenizer.ggml.model"] = "llama";
        _keys["tokenizer.ggml.pre"] = "default";
        _keys["tokenizer.ggml.scores"] = scores;
        _keys["tokenizer.ggml.add_space_prefix"] = prefix;
    }

    private void ReadUnigram(JsonElement model, int own)
    {
        if (model.Flag("byte_fallback", false))
            throw ModelFormatException.Unsupported("the tokenizer.json's unigram model falls back to bytes, which is not known");
        var (prefix, merge) = (false, false);
        foreach (var step in root.Member("normalizer").Steps("normalizers"))
            if (step.Text("type") == "Precompiled")
                _keys["tokenizer.ggml.precompiled_charsmap"] = Base64(step);
            else if (step.Text("type") == "Replace" && step.Member("pattern")?.Text("Regex") == " {2,}" && step.Text("content") is " " or Mark)
                merge = true;
            else if (step.Text("type") is "Strip")
                merge = true;
            else
                throw Normalizer(step);
        foreach (var step in root.Member("pre_tokenizer").Steps("pretokenizers"))
            if (step.Text("type") == "WhitespaceSplit")
                merge = true;
            else
                prefix |= IsMetaspace(step, allowSplitAtSpace: false) && AddsPrefix(step);
        var scores = new float[_tokens.Count];
        var id = 0;
        foreach (var pair in model.GetProperty("vocab").EnumerateArray())
            scores[id++] = pair[1].ValueKind == JsonValueKind.Number && pair[1].TryGetSingle(out var score) && float.IsFinite(score)
                ? score
                : throw new ModelFormatException($"the tokenizer.json's piece {id - 1} has no finite score");
        if (model.Member("unk_id") is { } unknown)
        {
            var value = unknown.Whole();
            if (value < 0 || value >= own)
                throw new ModelFormatException($"the tokenizer.json's 'unk_id' is {value}, but the vocabulary has {own} pieces");
            _tokens.SetKind(value, TokenKind.Unknown);
            _keys["tokenizer.ggml.unknown_token_id"] = (uint)value;
        }
        _keys["tokenizer.ggml.model"] = "t5";
        _keys["tokenizer.ggml.pre"] = "default";
        _keys["tokenizer.ggml.scores"] = scores;
        _keys["tokenizer.ggml.add_space_prefix"] = prefix;
        _keys["tokenizer.ggml.remove_extra_whitespaces"] = merge;
    }

    private void ReadWordPiece(JsonElement model)
    {
        if ((model.Text("continuing_subword_prefix") ?? "##") != "##" || (model.Member("max_input_chars_per_word")?.Whole() ?? 100) != 100)
            throw ModelFormatException.Unsupported("the tokenizer.json's WordPiece has another prefix than '##' or another limit than 100 characters a word, which is not known");
        var normalizer = root.Member("normalizer");
        if (normalizer?.Text("type") != "BertNormalizer" || !normalizer.Value.Flag("clean_text", true) || !normalizer.Value.Flag("handle_chinese_chars", true))
            throw ModelFormatException.Unsupported("the tokenizer.json's WordPiece has another normaliser than BERT's with clean_text and handle_chinese_chars, which is not known");
        if (root.Member("pre_tokenizer")?.Text("type") != "BertPreTokenizer")
            throw ModelFormatException.Unsupported("the tokenizer.json's WordPiece has another pre-tokenizer than BERT's, which is not known");
        var lower = normalizer.Value.Flag("lowercase", true);
        _keys["tokenizer.ggml.model"] = "bert";
        _keys["tokenizer.ggml.pre"] = "default";
        _keys["tokenizer.ggml.normalizer.lowercase"] = lower;
        _keys["tokenizer.ggml.normalizer.strip_accents"] = normalizer.Value.Flag("strip_accents", lower);
        MarkUnknown(model);
        _tokens.Rewrite((piece, kind) => kind != TokenKind.Normal ? piece
            : piece.StartsWith("##", StringComparison.Ordinal) && piece.Length > 2 ? piece[2..] : Mark + piece);
    }

    private void MarkUnknown(JsonElement model)
    {
        if (_tokens.Find(model.Text("unk_token")) is not (>= 0 and var id))
            return;
        _tokens.SetKind(id, TokenKind.Unknown);
        _keys["tokenizer.ggml.unknown_token_id"] = (uint)id;
    }

    private static IEnumerable<(string Left, string Right)> Merges(JsonElement model)
    {
        if (model.Member("merges") is not { ValueKind: JsonValueKind.Array } merges)
            throw new ModelFormatException("the tokenizer.json's BPE has no list of 'merges'");
        foreach (var merge in merges.EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2)
                yield return (merge[0].GetString() ?? "", merge[1].GetString() ?? "");
            else if (merge.ValueKind == JsonValueKind.String && merge.GetString()!.Split(' ') is [var left, var right])
                yield return (left, right);
            else
                throw new ModelFormatException("the tokenizer.json has a merge that is no pair of pieces");
        }
    }

    private static bool IsMetaspace(JsonElement step, bool allowSplitAtSpace) => step.Text("type") switch
    {
        "Metaspace" when (step.Text("replacement") ?? Mark) == Mark => true,
        // Gemma's: the normaliser has taken all spaces away before.
        "Split" when allowSplitAtSpace && step.Member("pattern")?.Text("String") == " " => false,
        var other => throw ModelFormatException.Unsupported($"the tokenizer.json's pre-tokenizer '{other}' is not known for this model"),
    };

    private static bool AddsPrefix(JsonElement step) =>
        step.Text("prepend_scheme") is { } scheme ? scheme != "never" : step.Flag("add_prefix_space", true);

    private static byte[] Base64(JsonElement step)
    {
        var member = step.Member("precompiled_charsmap");
        return member is { ValueKind: JsonValueKind.String } && member.Value.TryGetBytesFromBase64(out var map)
            ? map
            : throw new ModelFormatException("the tokenizer.json's 'precompiled_charsmap' is not base64");
    }

    private static ModelFormatException Normalizer(JsonElement step) =>
        new($"the tokenizer.json's normaliser '{step.Text("type")}' is not known for this model; leaving it out would give other tokens than the model was trained on");
}
