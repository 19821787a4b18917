using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>The tools of a request and whether one must be called, into <see cref="ChatOptions"/>.</summary>
/// <param name="Eager">Tools whose input is told while it is written (<c>eager_input_streaming</c>).</param>
internal sealed record ToolFields(IReadOnlySet<string> Eager)
{
    public const int MaxTools = 512;

    // Anthropic runs these; here nobody does.
    private static readonly string[] Hosted = ["web_search", "web_fetch", "code_execution", "tool_search_tool", "mcp_toolset", "advisor"];

    public static ToolFields Take(Fields fields, ChatOptions options)
    {
        var (tools, hosted, eager) = (new List<AITool>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        if (fields.TryTake("tools", out var value))
        {
            if (value.ValueKind != JsonValueKind.Array)
                throw Fields.WrongType("tools", "an array of tools", value);
            if (value.GetArrayLength() > MaxTools)
                throw RefusedException.Field("tools", $"'tools' has {value.GetArrayLength()} tools; at most {MaxTools} are taken.");
            var index = 0;
            foreach (var element in value.EnumerateArray())
                Read(fields.Child("tools", index++, element), element, tools, hosted, eager, fields.Inert);
        }
        options.Tools = tools.Count > 0 ? tools : null;
        TakeChoice(fields, options, hosted);
        return new ToolFields(eager);
    }

    private static void Read(Fields tool, JsonElement element, List<AITool> tools, List<string> hosted, HashSet<string> eager, InertFields inert)
    {
        var (type, path) = (tool.TakeString("type"), tool.PathOf("type"));
        if (type is not (null or "custom"))
        {
            if (!Array.Exists(Hosted, kind => type.StartsWith(kind, StringComparison.Ordinal)))
                throw RefusedException.Field(path, $"'{path}' is '{type}', whose schema is not part of the request; declare it as a custom tool with an input_schema.", ErrorCodes.UnsupportedValue);
            inert.Add($"tools[].type={type}");
            hosted.Add(element.TryGetProperty("name", out var named) && named.ValueKind == JsonValueKind.String ? Fields.Text(named, tool.PathOf("name")) : type);
            return;
        }
        var (description, strict) = (tool.TakeString("description"), tool.TakeBoolean("strict") ?? false);
        var schema = tool.Take("input_schema");
        if (schema.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType(tool.PathOf("input_schema"), "a JSON Schema", schema);
        var name = Fields.Text(tool.Take("name"), tool.PathOf("name"));
        if (tool.TakeBoolean("eager_input_streaming") ?? false)
            eager.Add(name);
        tool.Finish();
        tools.Add(new DeclaredTool(name, description, WellFormed.Copy(schema, tool.PathOf("input_schema")), strict));
    }

    private static void TakeChoice(Fields fields, ChatOptions options, List<string> hosted)
    {
        if (!fields.TryTake("tool_choice", out var value))
            return;
        var choice = fields.Child("tool_choice", value);
        var name = choice.TakeString("name");
        options.AllowMultipleToolCalls = choice.TakeBoolean("disable_parallel_tool_use") is true ? false : null;
        var (type, path) = (Fields.Text(choice.Take("type"), choice.PathOf("type")), choice.PathOf("type"));
        choice.Finish();
        if ((type == "tool") != name is not null)
            throw RefusedException.Field(choice.PathOf("name"), name is null ? $"Missing required parameter: '{choice.PathOf("name")}'." : $"'{choice.PathOf("name")}' is only allowed when '{path}' is tool.", name is null ? ErrorCodes.MissingRequiredParameter : ErrorCodes.InvalidValue);
        options.ToolMode = type switch
        {
            "none" => ChatToolMode.None,
            "auto" => ChatToolMode.Auto,
            "any" => ChatToolMode.RequireAny,
            "tool" => ChatToolMode.RequireSpecific(name!),
            _ => throw RefusedException.Field(path, $"'{path}' is '{type}'; it must be auto, any, tool or none."),
        };
        if (options.ToolMode is not RequiredChatToolMode)
        {
            if (options.Tools is null && hosted.Count == 0 && type == "auto")
                throw RefusedException.Field("tool_choice", "'tool_choice' is only allowed when 'tools' are given; leave it out.", ErrorCodes.UnsupportedParameter);
            return;
        }
        if (name is not null ? hosted.Contains(name) : options.Tools is null && hosted.Count > 0)
            throw RefusedException.Field("tool_choice", $"'tool_choice' demands '{name ?? hosted[0]}', which Anthropic's servers run; nothing runs it here. Offer a tool of your own.", ErrorCodes.UnsupportedValue);
        if (options.Tools?.Any(tool => name is null || tool.Name == name) is not true)
            throw RefusedException.Field("tool_choice", name is null ? "'tool_choice' demands a call, but there are no 'tools'." : $"'tool_choice' names '{name}', which is none of the 'tools'.");
    }
}
