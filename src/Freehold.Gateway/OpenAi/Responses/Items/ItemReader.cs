using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Sealing;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses.Items;

/// <summary>Reads items as clients send them, and as they are stored.</summary>
/// <param name="sealer">Opens what this server sealed.</param>
/// <param name="owner">Whose it must be.</param>
internal sealed class ItemReader(Sealer sealer, string owner)
{
    /// <summary>What thinking is sealed as.</summary>
    public const string ReasoningSeal = "reasoning";

    /// <summary>What the summary of a conversation is sealed as.</summary>
    public const string CompactionSeal = "compaction";

    private static readonly string[] Kinds = ["type", "id", "role", "content", "call_id", "name", "namespace", "arguments", "input", "output", "encrypted_content"];

    /// <summary>Takes a list of items, or a string that is what the user says.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="name">The list's name.</param>
    public List<Item> Take(Fields fields, string name)
    {
        if (!fields.TryTake(name, out var value))
            return [];
        var path = fields.PathOf(name);
        if (value.ValueKind == JsonValueKind.String)
            return [new MessageItem(null, "user", [Fields.Text(value, path)])];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType(path, "a string or an array of items", value);
        var items = new List<Item>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
            items.Add(Read(fields.Child(name, items.Count, element)));
        return items;
    }

    /// <summary>Reads one item, every field of it.</summary>
    public Item Read(Fields fields)
    {
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var kind in Kinds)
            if (fields.TryTake(kind, out var value))
                given[kind] = value;
        var type = Text("type") ?? (given.ContainsKey("role") || !given.ContainsKey("id") ? "message" : "item_reference");
        Item item = type switch
        {
            "message" => new MessageItem(Text("id"), Role(), Parts("content", "input_text", "output_text", "text")),
            "function_call" => new CallItem(Text("id"), Needed("call_id"), Needed("name"), Text("namespace"), Needed("arguments"), IsCustom: false),
            "custom_tool_call" => new CallItem(Text("id"), Needed("call_id"), Needed("name"), Text("namespace"), Needed("input"), IsCustom: true),
            "function_call_output" or "custom_tool_call_output" => new ResultItem(Text("id"), Needed("call_id"), string.Join('\n', Parts("output", "input_text")), type[0] == 'c'),
            "reasoning" => Reasoning(),
            "compaction" => Compaction(),
            "item_reference" => new ReferenceItem(Needed("id"), fields.PathOf("id")),
            _ => throw RefusedException.Field(fields.PathOf("type"), $"'{fields.PathOf("type")}' is '{type}'; messages, calls of functions and custom tools, their outputs, reasoning, compactions and references are read here.", ErrorCodes.UnsupportedValue),
        };
        if (given.Count > 0)
            throw RefusedException.Field(fields.PathOf(given.Keys.First()), $"'{fields.PathOf(given.Keys.First())}' does not belong to an item of type '{type}'; leave it out.");
        fields.Finish();
        if (item is CallItem { IsCustom: false } call)
            ItemArguments.Check(call.Arguments, fields.PathOf("arguments"));
        return item;

        string? Text(string name) => given.Remove(name, out var value) ? Fields.Text(value, fields.PathOf(name)) : null;

        string Needed(string name) => Text(name) ?? throw Missing(name);

        RefusedException Missing(string name) => RefusedException.Field(fields.PathOf(name), $"Missing required parameter: '{fields.PathOf(name)}'.", ErrorCodes.MissingRequiredParameter);

        string Role() => Needed("role") is var role && role is "user" or "assistant" or "system" or "developer" ? role
            : throw RefusedException.Field(fields.PathOf("role"), $"'{fields.PathOf("role")}' is '{role}'; it must be user, assistant, system or developer.");

        List<string> Parts(string name, params ReadOnlySpan<string> kinds)
        {
            if (!given.Remove(name, out var value))
                throw Missing(name);
            var path = fields.PathOf(name);
            if (value.ValueKind == JsonValueKind.String)
                return [Fields.Text(value, path)];
            if (value.ValueKind != JsonValueKind.Array)
                throw Fields.WrongType(path, "a string or an array of parts", value);
            var texts = new List<string>(value.GetArrayLength());
            foreach (var element in value.EnumerateArray())
            {
                var part = fields.Child(name, texts.Count, element);
                var kind = Fields.Text(part.Take("type"), part.PathOf("type"));
                if (!kinds.Contains(kind))
                    throw RefusedException.Field(part.PathOf("type"), $"'{part.PathOf("type")}' is '{kind}'; only {string.Join(" and ", kinds.ToArray())} can stand there.", ErrorCodes.UnsupportedValue);
                texts.Add(Fields.Text(part.Take("text"), part.PathOf("text")));
                part.Finish();
            }
            return texts;
        }

        // Clients that keep no state send sealed thinking back, and some the text beside it; what is sealed is what the model thought.
        ReasoningItem Reasoning()
        {
            var text = given.ContainsKey("content") ? string.Concat(Parts("content", "reasoning_text")) : "";
            return new ReasoningItem(Text("id"), Text("encrypted_content") is { } box ? sealer.Open(box, ReasoningSeal, owner, fields.PathOf("encrypted_content")) : text);
        }

        CompactionItem Compaction()
        {
            var box = Needed("encrypted_content");
            return new CompactionItem(Text("id"), box, sealer.Open(box, CompactionSeal, owner, fields.PathOf("encrypted_content")));
        }
    }
}
