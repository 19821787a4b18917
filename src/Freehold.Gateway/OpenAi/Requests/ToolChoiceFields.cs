using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>Which tools may or must be called, <c>tool_choice</c>.</summary>
internal static class ToolChoiceFields
{
    public static void Take(Fields fields, ChatOptions options)
    {
        if (!fields.TryTake("tool_choice", out var value))
            return;
        options.ToolMode = value.ValueKind switch
        {
            JsonValueKind.String => Mode(Fields.Text(value, "tool_choice"), "tool_choice", "none, auto, required, or name a tool", allowsNone: true),
            JsonValueKind.Object => Chosen(fields.Child("tool_choice", value), options),
            _ => throw Fields.WrongType("tool_choice", "a string or an object", value),
        };
        if (options.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name })
            MustBeOffered(name, options);
        if (options.Tools is null && options.ToolMode is not NoneChatToolMode)
            throw RefusedException.Field("tool_choice", "'tool_choice' is only allowed when 'tools' are given; leave it out.", ErrorCodes.UnsupportedParameter);
    }

    private static ChatToolMode Mode(string word, string path, string expected, bool allowsNone) => word switch
    {
        "none" when allowsNone => ChatToolMode.None,
        "auto" => ChatToolMode.Auto,
        "required" => ChatToolMode.RequireAny,
        _ => throw RefusedException.Field(path, $"'{path}' is '{word}'; it must be {expected}.", ErrorCodes.UnsupportedValue),
    };

    private static void MustBeOffered(string name, ChatOptions options)
    {
        if (options.Tools?.Any(tool => tool.Name == name) is not true)
            throw RefusedException.Field("tool_choice", $"'tool_choice' names '{name}', which is none of the 'tools'.");
    }

    private static ChatToolMode Chosen(Fields choice, ChatOptions options)
    {
        ChatToolMode? allowed = null;
        if (choice.TryTake("allowed_tools", out var value))
            allowed = Allowed(choice.Child("allowed_tools", value), options);
        var (kind, name) = Name(choice, "a tool can be named, or allowed_tools", "allowed_tools");
        choice.Finish();
        if ((kind == "allowed_tools") != allowed is not null)
            throw RefusedException.Field(choice.PathOf("allowed_tools"), allowed is null ? $"Missing required parameter: '{choice.PathOf("allowed_tools")}'." : $"'{choice.PathOf("allowed_tools")}' is only allowed when '{choice.PathOf("type")}' is allowed_tools.",
                allowed is null ? ErrorCodes.MissingRequiredParameter : ErrorCodes.InvalidValue);
        return allowed ?? ChatToolMode.RequireSpecific(name!);
    }

    private static ChatToolMode Allowed(Fields allowed, ChatOptions options)
    {
        var word = allowed.TakeString("mode");
        var names = new List<string>();
        foreach (var tool in allowed.Children("tools", allowed.Take("tools"), "tools"))
        {
            names.Add(Name(tool, "functions and custom tools are allowed by their names").Name!);
            tool.Finish();
            MustBeOffered(names[^1], options);
        }
        if (word is null)
            allowed.Take("mode");
        allowed.Finish();
        options.AdditionalProperties!["allowed_tools"] = names.Count > 0 ? names.ToArray()
            : throw RefusedException.Field(allowed.PathOf("tools"), $"'{allowed.PathOf("tools")}' is empty; allow at least one, or set 'tool_choice' to none.", ErrorCodes.EmptyArray);
        return Mode(word!, allowed.PathOf("mode"), "auto or required", allowsNone: false);
    }

    // A tool by its kind and name: {"type": "function", "function": {"name": ...}}.
    private static (string Kind, string? Name) Name(Fields fields, string expected, string? otherKind = null)
    {
        string? name = null, named = null;
        foreach (var kind in (ReadOnlySpan<string>)["function", "custom"])
            if (fields.TryTake(kind, out var value))
            {
                var tool = fields.Child(kind, value);
                (name, named) = (Fields.Text(tool.Take("name"), tool.PathOf("name")), kind);
                tool.Finish();
            }
        var (type, path) = (Fields.Text(fields.Take("type"), fields.PathOf("type")), fields.PathOf("type"));
        if (type == otherKind)
            return named is null ? (type, null) : throw RefusedException.Field(fields.PathOf(named), $"'{fields.PathOf(named)}' is only allowed when '{path}' is {named}.");
        if (type is not ("function" or "custom"))
            throw RefusedException.Field(path, $"'{path}' is '{type}'; only {expected}.", ErrorCodes.UnsupportedValue);
        return type == named ? (type, name) : throw RefusedException.Field(fields.PathOf(type), $"Missing required parameter: '{fields.PathOf(type)}'.", ErrorCodes.MissingRequiredParameter);
    }
}
