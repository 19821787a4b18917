using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The tools of a chat request and which of them may or must be called, into <see cref="ChatOptions"/>.</summary>
internal static class ToolFields
{
    public const int MaxTools = 128;

    /// <summary>Takes them; returns the names of custom tools, whose input is text.</summary>
    public static IReadOnlySet<string> Take(Fields fields, ChatOptions options)
    {
        var custom = new HashSet<string>(StringComparer.Ordinal);
        options.Tools = Tools(fields, custom);
        ToolChoiceFields.Take(fields, options);
        options.AllowMultipleToolCalls = fields.TakeBoolean("parallel_tool_calls");
        return options is { Tools: null, AllowMultipleToolCalls: not null }
            ? throw RefusedException.Field("parallel_tool_calls", "'parallel_tool_calls' is only allowed when 'tools' are given; leave it out.", ErrorCodes.UnsupportedParameter)
            : custom;
    }

    private static List<AITool>? Tools(Fields fields, HashSet<string> custom)
    {
        if (!fields.TryTake("tools", out var value))
            return null;
        var tools = new List<AITool>();
        foreach (var tool in fields.Children("tools", value, "tools", MaxTools))
        {
            var kind = tool.TakeString("type");
            var hasFunction = tool.TryTake("function", out var function);
            var hasCustom = tool.TryTake("custom", out var given);
            if (kind is not (null or "function" or "custom"))
                throw RefusedException.Field(tool.PathOf("type"), $"'{tool.PathOf("type")}' is '{kind}'; only functions and custom tools can be called here.", ErrorCodes.UnsupportedValue);
            var (wanted, other) = kind == "custom" ? ("custom", "function") : ("function", "custom");
            if (wanted == "custom" ? hasFunction : hasCustom)
                throw RefusedException.Field(tool.PathOf(other), $"'{tool.PathOf(other)}' is only allowed when '{tool.PathOf("type")}' is {other}.");
            if (wanted == "custom" ? !hasCustom : !hasFunction)
                tool.Take(wanted);
            if (kind is null)
                tool.Take("type");
            tools.Add(kind == "custom" ? CustomTool.Read(tool.Child("custom", given)) : Function(tool.Child("function", function)));
            if (kind == "custom")
                custom.Add(tools[^1].Name);
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
        var schema = function.TakeSchema("parameters");
        var name = Fields.Text(function.Take("name"), function.PathOf("name"));
        function.Finish();
        return new DeclaredTool(space is null ? name : $"{space}.{name}", description, schema, strict);
    }
}
