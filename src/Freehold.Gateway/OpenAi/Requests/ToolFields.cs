using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The tools of a chat request and whether one must be called, into <see cref="ChatOptions"/>.</summary>
internal static class ToolFields
{
    public const int MaxTools = 128;

    public static void Take(Fields fields, ChatOptions options)
    {
        var tools = Tools(fields);
        options.Tools = tools;
        options.ToolMode = Mode(fields, tools);
        options.AllowMultipleToolCalls = fields.TakeBoolean("parallel_tool_calls");
        if (options is { Tools: null, AllowMultipleToolCalls: not null })
            throw RefusedException.Field("parallel_tool_calls", "'parallel_tool_calls' is only allowed when 'tools' are given; leave it out.", "unsupported_parameter");
    }

    private static List<AITool>? Tools(Fields fields)
    {
        if (!fields.TryTake("tools", out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("tools", "an array of tools", value);
        if (value.GetArrayLength() > MaxTools)
            throw RefusedException.Field("tools", $"'tools' has {value.GetArrayLength()} tools; at most {MaxTools} are taken.");
        var tools = new List<AITool>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            var tool = fields.Child("tools", tools.Count, element);
            var kind = tool.TakeString("type");
            if (kind is not (null or "function"))
                throw RefusedException.Field(tool.PathOf("type"), $"'{tool.PathOf("type")}' is '{kind}'; only functions can be called here.", "unsupported_value");
            tools.Add(Function(tool.Child("function", tool.Take("function"))));
            if (kind is null)
                tool.Take("type");
            tool.Finish();
        }
        return tools.Count > 0 ? tools : null;
    }

    /// <summary>A function, all fields of its object but <c>type</c>.</summary>
    /// <param name="function">The object.</param>
    /// <param name="space">What its name stands behind, before the model; null for nothing.</param>
    public static DeclaredTool Function(Fields function, string? space = null)
    {
        var (description, strict) = (function.TakeString("description"), function.TakeBoolean("strict") ?? false);
        JsonElement? schema = null;
        if (function.TryTake("parameters", out var parameters))
            schema = parameters.ValueKind == JsonValueKind.Object ? WellFormed.Copy(parameters, function.PathOf("parameters")) : throw Fields.WrongType(function.PathOf("parameters"), "a JSON Schema", parameters);
        var name = Fields.Text(function.Take("name"), function.PathOf("name"));
        function.Finish();
        return new DeclaredTool(space is null ? name : $"{space}.{name}", description, schema, strict);
    }

    private static ChatToolMode? Mode(Fields fields, List<AITool>? tools)
    {
        if (!fields.TryTake("tool_choice", out var value))
            return null;
        var mode = value.ValueKind switch
        {
            JsonValueKind.String => Fields.Text(value, "tool_choice") switch
            {
                "none" => (ChatToolMode)ChatToolMode.None,
                "auto" => ChatToolMode.Auto,
                "required" => ChatToolMode.RequireAny,
                var other => throw RefusedException.Field("tool_choice", $"'tool_choice' is '{other}'; it must be none, auto, required, or name a function.", "unsupported_value"),
            },
            JsonValueKind.Object => Named(fields.Child("tool_choice", value)),
            _ => throw Fields.WrongType("tool_choice", "a string or an object", value),
        };
        if (mode is RequiredChatToolMode { RequiredFunctionName: { } name } && tools?.Exists(tool => tool.Name == name) is not true)
            throw RefusedException.Field("tool_choice", $"'tool_choice' names '{name}', which is none of the 'tools'.");
        return tools is not null || mode is NoneChatToolMode ? mode
            : throw RefusedException.Field("tool_choice", "'tool_choice' is only allowed when 'tools' are given; leave it out.", "unsupported_parameter");
    }

    private static RequiredChatToolMode Named(Fields choice)
    {
        string? name = null;
        if (choice.TryTake("function", out var value))
        {
            var function = choice.Child("function", value);
            name = Fields.Text(function.Take("name"), function.PathOf("name"));
            function.Finish();
        }
        var kind = Fields.Text(choice.Take("type"), choice.PathOf("type"));
        if (kind != "function")
            throw RefusedException.Field(choice.PathOf("type"), $"'{choice.PathOf("type")}' is '{kind}'; only a function can be named.", "unsupported_value");
        choice.Finish();
        return ChatToolMode.RequireSpecific(name ?? throw RefusedException.Field(choice.PathOf("function"), $"Missing required parameter: '{choice.PathOf("function")}'.", "missing_required_parameter"));
    }
}
