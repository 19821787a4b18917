using System.Text;
using System.Text.Json.Nodes;

namespace Freehold.Models.Tests.Tokenizers;

/// <summary>Writes a vocabulary as Hugging Face's tokenizer.json has it.</summary>
internal static class HuggingFaceFile
{
    public static JsonObject Small() => JsonNode.Parse(
        """
        {"version":"1.0","added_tokens":[{"id":3,"content":"<s>","special":true},{"id":4,"content":"</s>","special":true}],"normalizer":null,
         "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},"post_processor":null,
         "model":{"type":"BPE","byte_fallback":false,"vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}
        """)!.AsObject();

    public static JsonObject Split(params string[] patterns) => new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
        [
            .. patterns.Select(pattern => new JsonObject
            {
                ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false,
            }),
            new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false },
        ]),
    };

    public static JsonObject ByteLevel(IReadOnlyDictionary<string, object> keys, string name)
    {
        const string tail = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
        const string upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
        const string lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
        const string head = @"[^\r\n\p{L}\p{N}]?";
        var file = Model(keys, new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = Vocabulary(keys, piece => piece),
            ["merges"] = new JsonArray([.. ((string[])keys["tokenizer.ggml.merges"]).Select(merge => JsonValue.Create(merge))]),
            ["ignore_merges"] = name == "tekken",
        });
        file["pre_tokenizer"] = name switch
        {
            "qwen2" => Split(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
            "tekken" => Split($"{head}{upper}*{lower}+|{head}{upper}+{lower}*|\\p{{N}}{tail}"),
            "starcoder" => Sequence("""{"type":"Digits","individual_digits":true}""", """{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"""),
            "falcon" => Sequence(
                """{"type":"Punctuation","behavior":"Contiguous"}""", """{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}""",
                """{"type":"Split","pattern":{"Regex":"[0-9][0-9][0-9]"},"behavior":"Isolated","invert":false}"""),
            _ => JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false}"""),
        };
        return file;
    }

    public static JsonObject WordPiece(IReadOnlyDictionary<string, object> keys)
    {
        var file = Model(keys, new JsonObject
        {
            ["type"] = "WordPiece",
            ["unk_token"] = "[UNK]",
            ["vocab"] = Vocabulary(keys, piece => piece[0] == '▁' ? piece[1..] : piece is ['[', .., ']'] ? piece : "##" + piece),
        });
        file["normalizer"] = JsonNode.Parse("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""");
        file["pre_tokenizer"] = JsonNode.Parse("""{"type":"BertPreTokenizer"}""");
        file["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]}""");
        return file;
    }

    public static JsonObject Unigram(IReadOnlyDictionary<string, object> keys)
    {
        var scores = (float[])keys["tokenizer.ggml.scores"];
        var pieces = ((string[])keys["tokenizer.ggml.tokens"]).Zip(scores, (piece, score) => (JsonNode)new JsonArray(piece, score));
        var file = Model(keys, new JsonObject { ["type"] = "Unigram", ["unk_id"] = 3, ["vocab"] = new JsonArray([.. pieces]) });
        file["normalizer"] = new JsonObject
        {
            ["type"] = "Precompiled",
            ["precompiled_charsmap"] = Convert.ToBase64String((byte[])keys["tokenizer.ggml.precompiled_charsmap"]),
        };
        file["pre_tokenizer"] = Sequence("""{"type":"WhitespaceSplit"}""", """{"type":"Metaspace","replacement":"▁","add_prefix_space":true}""");
        return file;
    }

    public static JsonObject ByteFallback(IReadOnlyDictionary<string, object> keys)
    {
        var pieces = (string[])keys["tokenizer.ggml.tokens"];
        var scores = (float[])keys["tokenizer.ggml.scores"];
        var types = (int[])keys["tokenizer.ggml.token_type"];
        var known = pieces.ToHashSet(StringComparer.Ordinal);
        // As Hugging Face converts: each way to put a piece together, best score first.
        var merges = Enumerable.Range(0, pieces.Length).Where(id => types[id] == 1).OrderByDescending(id => scores[id])
            .SelectMany(id => Enumerable.Range(1, pieces[id].Length - 1).Select(cut => (Left: pieces[id][..cut], Right: pieces[id][cut..])))
            .Where(pair => known.Contains(pair.Left) && known.Contains(pair.Right))
            .Select(pair => (JsonNode)new JsonArray(pair.Left, pair.Right));
        var file = Model(keys, new JsonObject
        {
            ["type"] = "BPE",
            ["unk_token"] = "<unk>",
            ["byte_fallback"] = true,
            ["vocab"] = Vocabulary(keys, piece => piece),
            ["merges"] = new JsonArray([.. merges]),
        });
        file["normalizer"] = JsonNode.Parse(
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""");
        return file;
    }

    private static JsonObject Model(IReadOnlyDictionary<string, object> keys, JsonObject model)
    {
        var pieces = (string[])keys["tokenizer.ggml.tokens"];
        var types = (int[])keys["tokenizer.ggml.token_type"];
        var added = Enumerable.Range(0, pieces.Length).Where(id => types[id] is 3 or 4)
            .Select(id => (JsonNode)new JsonObject { ["id"] = id, ["content"] = pieces[id], ["special"] = types[id] == 3 });
        return new JsonObject { ["added_tokens"] = new JsonArray([.. added]), ["model"] = model };
    }

    private static JsonObject Vocabulary(IReadOnlyDictionary<string, object> keys, Func<string, string> write)
    {
        var vocabulary = new JsonObject();
        var pieces = (string[])keys["tokenizer.ggml.tokens"];
        for (var id = 0; id < pieces.Length; id++)
            vocabulary[write(pieces[id])] = id;
        return vocabulary;
    }

    private static JsonObject Sequence(params string[] steps) =>
        new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. steps.Select(step => JsonNode.Parse(step))]) };
}
