using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>The blocks of a message.</summary>
/// <param name="signatures">Knows thinking again that was signed here.</param>
internal sealed class ContentBlocks(ThinkingSignature signatures)
{
    /// <summary>Stands before the result of a tool that failed: templates have no other place for that.</summary>
    private const string ErrorMark = "Error: ";

    // What each kind of block has; fields of other kinds are refused in it.
    private static readonly Dictionary<string, string[]> Kinds = new(StringComparer.Ordinal)
    {
        ["text"] = ["text"],
        ["thinking"] = ["thinking", "signature"],
        ["redacted_thinking"] = ["data"],
        ["tool_use"] = ["id", "name", "input"],
        ["tool_result"] = ["tool_use_id", "content", "is_error"],
    };

    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);

    /// <summary>Text alone: a string, or blocks of type <c>text</c>.</summary>
    public static List<AIContent> Text(Fields fields, string name, JsonElement value) => Read(fields, name, value, block => ReadText(block));

    /// <summary>What the user says: text and results of tools.</summary>
    public List<AIContent> User(Fields fields, string name, JsonElement value) => Read(fields, name, value, block => Kind(block, "text", "tool_result") == "text" ? TextOf(block) : ResultOf(block));

    /// <summary>What the assistant said: text, thinking and calls of tools.</summary>
    public List<AIContent> Assistant(Fields fields, string name, JsonElement value) => Read(fields, name, value, block => Kind(block, "text", "thinking", "redacted_thinking", "tool_use") switch
    {
        "text" => TextOf(block),
        "tool_use" => CallOf(block),
        "thinking" => ThinkingOf(block),
        _ => Redacted(block),
    });

    private static List<AIContent> Read(Fields fields, string name, JsonElement value, Func<Fields, AIContent?> readBlock)
    {
        var path = fields.PathOf(name);
        if (value.ValueKind == JsonValueKind.String)
            return [new TextContent(Fields.Text(value, path))];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType(path, "a string or an array of blocks", value);
        var (contents, index) = (new List<AIContent>(value.GetArrayLength()), 0);
        foreach (var element in value.EnumerateArray())
        {
            var block = fields.Child(name, index++, element);
            if (readBlock(block) is { } content)
                contents.Add(content);
            block.Finish();
        }
        return contents;
    }

    private static TextContent ReadText(Fields block)
    {
        var kind = Fields.Text(block.Take("type"), block.PathOf("type"));
        return kind == "text" ? TextOf(block) : throw RefusedException.Field(block.PathOf("type"), $"'{block.PathOf("type")}' is '{kind}'; only text can stand here.", ErrorCodes.UnsupportedValue);
    }

    private static string Kind(Fields block, params ReadOnlySpan<string> allowed)
    {
        var path = block.PathOf("type");
        var kind = Fields.Text(block.Take("type"), path);
        if (!allowed.Contains(kind))
            throw RefusedException.Field(path, $"'{path}' is '{kind}'; blocks here can be {string.Join(", ", allowed!)}.", ErrorCodes.UnsupportedValue);
        foreach (var name in Kinds.Values.SelectMany(names => names).Except(Kinds[kind]))
            if (block.TryTake(name, out _))
                throw RefusedException.Field(block.PathOf(name), $"'{block.PathOf(name)}' is no field of a {kind} block; leave it out.");
        return kind;
    }

    private static TextContent TextOf(Fields block) => new(Fields.Text(block.Take("text"), block.PathOf("text")));

    private TextReasoningContent ThinkingOf(Fields block)
    {
        var (thinking, signature) = (Fields.Text(block.Take("thinking"), block.PathOf("thinking")), Fields.Text(block.Take("signature"), block.PathOf("signature")));
        return signatures.Matches(thinking, signature) ? new TextReasoningContent(thinking)
            : throw RefusedException.Field(block.PathOf("signature"), $"'{block.PathOf("signature")}' does not fit the thinking: it was not written by this server, or was changed since. Leave thinking blocks out.", ErrorCodes.InvalidSignature);
    }

    // Nobody can read what is in it, so no prompt shows it.
    private static AIContent? Redacted(Fields block)
    {
        Fields.Text(block.Take("data"), block.PathOf("data"));
        block.Inert.Add("messages[].content[].data");
        return null;
    }

    private FunctionCallContent CallOf(Fields block)
    {
        var (id, name, input) = (Fields.Text(block.Take("id"), block.PathOf("id")), Fields.Text(block.Take("name"), block.PathOf("name")), block.Take("input"));
        if (input.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType(block.PathOf("input"), "an object", input);
        _calls.Add(id);
        return new FunctionCallContent(id, name, CallArguments.Of(input, block.PathOf("input")));
    }

    private FunctionResultContent ResultOf(Fields block)
    {
        var (id, isError) = (Fields.Text(block.Take("tool_use_id"), block.PathOf("tool_use_id")), block.TakeBoolean("is_error") ?? false);
        if (!_calls.Contains(id))
            throw RefusedException.Field(block.PathOf("tool_use_id"), $"'{block.PathOf("tool_use_id")}' is '{id}', which is the id of no tool_use block before it.");
        var parts = block.TryTake("content", out var content) ? Text(block, "content", content) : [];
        var text = string.Join('\n', parts.Cast<TextContent>().Select(part => part.Text));
        return new FunctionResultContent(id, isError ? ErrorMark + text : text);
    }
}
