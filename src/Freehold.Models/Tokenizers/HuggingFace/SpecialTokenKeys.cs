using System.Text.Json;
using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.HuggingFace;

/// <summary>Which tokens are special, what goes around a text, and the chat template: from the post-processor and the configuration.</summary>
internal sealed class SpecialTokenKeys(JsonElement root, JsonElement? config, TokenList tokens)
{
    private static readonly (string Name, string Key)[] Named =
    [
        ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("sep_token", "seperator"), ("pad_token", "padding"), ("cls_token", "cls"),
        ("mask_token", "mask"),
    ];

    /// <summary>Writes the keys.</summary>
    public void Write(Dictionary<string, object> keys)
    {
        foreach (var (name, key) in Named)
            if (tokens.Find(Content(config?.Member(name))) is >= 0 and var id)
                keys.TryAdd($"tokenizer.ggml.{key}_token_id", (uint)id);
        var processors = root.Member("post_processor").Steps("processors").Where(step => step.Text("type") != "ByteLevel").ToArray();
        if (processors.Length == 0)
        {
            keys["tokenizer.ggml.add_bos_token"] = config?.Flag("add_bos_token", false) ?? false;
            keys["tokenizer.ggml.add_eos_token"] = config?.Flag("add_eos_token", false) ?? false;
        }
        foreach (var processor in processors)
            WriteAround(processor, keys);
        foreach (var (flag, key) in ((string, string)[])[("add_bos_token", "bos"), ("add_eos_token", "eos")])
            if (keys[$"tokenizer.ggml.{flag}"] is true && !keys.ContainsKey($"tokenizer.ggml.{key}_token_id"))
                throw new ModelFormatException($"the tokenizer adds '{key}' to each text, but the tokenizer_config.json names no such token");
        if (Template(config?.Member("chat_template")) is { } template)
            keys["tokenizer.chat_template"] = template;
    }

    private void WriteAround(JsonElement processor, Dictionary<string, object> keys)
    {
        var type = processor.Text("type");
        var (front, back) = type switch
        {
            "TemplateProcessing" => Around(processor),
            "BertProcessing" or "RobertaProcessing" => (First(processor.Member("cls")), First(processor.Member("sep"))),
            _ => throw ModelFormatException.Unsupported($"the tokenizer.json's post-processor '{type}' is not known"),
        };
        Put(front, "bos", "cls");
        Put(back, "eos", "seperator");
        PutPair(type == "TemplateProcessing" ? Between(processor, front, back) : type == "RobertaProcessing" ? 2 : 1, keys);

        void Put(string? content, string key, string encoderKey)
        {
            keys[$"tokenizer.ggml.add_{key}_token"] = content is not null;
            if (content is null)
                return;
            var id = tokens.Find(content);
            if (id < 0)
                throw new ModelFormatException($"the tokenizer.json adds '{content}' to each text, which its vocabulary doesn't have");
            keys[$"tokenizer.ggml.{key}_token_id"] = (uint)id;
            if (keys["tokenizer.ggml.model"] is "bert")
                keys[$"tokenizer.ggml.{encoderKey}_token_id"] = (uint)id;
        }
    }

    // How many of the token behind a text stand between the two of a pair; another form no key of GGUF says.
    private void PutPair(int? between, Dictionary<string, object> keys)
    {
        if (between == 1 || between == 2 && Equals(keys.GetValueOrDefault("tokenizer.ggml.seperator_token_id"), keys.GetValueOrDefault("tokenizer.ggml.eos_token_id")))
            keys["tokenizer.ggml.add_sep_token"] = between == 2;
        else
            keys["freehold.tokenizer.pairs"] = false;
    }

    // Null where the template for pairs is none of: front A back B back, front A back back B back.
    private static int? Between(JsonElement processor, string? front, string? back)
    {
        if (back is null || processor.Member("pair") is not { ValueKind: JsonValueKind.Array } pair)
            return null;
        string?[] steps = [.. pair.EnumerateArray().Select(step => step.Member("Sequence")?.Text("id") is { } text ? $"text {text}" : step.Member("SpecialToken")?.Text("id"))];
        string?[] head = front is null ? ["text A"] : [front, "text A"];
        foreach (var between in (ReadOnlySpan<int>)[1, 2])
            if (steps.SequenceEqual([.. head, .. Enumerable.Repeat(back, between), "text B", back]))
                return between;
        return null;
    }

    private static (string? Front, string? Back) Around(JsonElement processor)
    {
        string? front = null, back = null;
        var textSeen = false;
        if (processor.Member("single") is not { ValueKind: JsonValueKind.Array } single)
            throw new ModelFormatException("the tokenizer.json's template of added tokens has no list 'single'");
        foreach (var step in single.EnumerateArray())
        {
            if (step.Member("Sequence") is not null)
            {
                textSeen = true;
                continue;
            }
            var content = step.Member("SpecialToken")?.Text("id");
            if ((textSeen ? back : front) is not null || content is null)
                throw ModelFormatException.Unsupported("the tokenizer.json puts more than one token before or behind a text, which no GGUF key says");
            if (textSeen)
                back = content;
            else
                front = content;
        }
        return (front, back);
    }

    private static string? First(JsonElement? pair) =>
        pair is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? list[0].GetString() : null;

    // Written as a string or as an object with all its attributes.
    private static string? Content(JsonElement? token) =>
        token is { ValueKind: JsonValueKind.String } text ? text.GetString() : token?.Text("content");

    private static string? Template(JsonElement? template) => template switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Where(entry => entry.Text("name") == "default").Select(entry => entry.Text("template")).FirstOrDefault(),
        _ => null,
    };
}
