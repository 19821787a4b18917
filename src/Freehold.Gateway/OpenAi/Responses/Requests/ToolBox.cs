using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>A tool as the client knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace; null for none.</param>
/// <param name="IsCustom">Whether its input is text and not arguments.</param>
internal readonly record struct ToolFace(string Name, string? Namespace, bool IsCustom);

/// <summary>The tools of a request, and how those that the model calls are told.</summary>
internal sealed class ToolBox
{
    private readonly Dictionary<string, ToolFace> _faces = new(StringComparer.Ordinal);
    private readonly List<AITool> _offered = [];
    private readonly List<string> _hosted = [];

    /// <summary>How a tool that the model called is told.</summary>
    public ToolFace FaceOf(string called) => _faces.TryGetValue(called, out var face) ? face : new ToolFace(called, null, false);

    /// <summary>Takes the tools of a request and which of them are to be called, into its options.</summary>
    public static ToolBox Take(Fields fields, ChatOptions options)
    {
        var box = new ToolBox();
        if (fields.TryTake("tools", out var value))
            box.Read(fields, value);
        var mode = fields.TryTake("tool_choice", out var choice) ? box.Choose(fields, choice) : null;
        var parallel = fields.TakeBoolean("parallel_tool_calls");
        foreach (var hosted in box._hosted)
            fields.Inert.Add($"tools:{hosted}");
        if (box._offered.Count == 0)
            return box;
        options.Tools = box._offered;
        options.ToolMode = mode;
        options.AllowMultipleToolCalls = parallel;
        return box;
    }

    private void Read(Fields fields, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("tools", "an array of tools", value);
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            // Of a tool that is not offered nothing is read but what it is.
            if (HostedKind(element) is { } hosted)
                _hosted.Add(hosted);
            else
                ReadOne(fields.Child("tools", index, element));
            index++;
        }
        if (_offered.Count > ToolFields.MaxTools)
            throw RefusedException.Field("tools", $"'tools' has {_offered.Count} functions; at most {ToolFields.MaxTools} are taken.");
    }

    private static string? HostedKind(JsonElement tool) =>
        tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
        && HostedTools.Find(type) is { } known ? known : null;

    private void ReadOne(Fields tool)
    {
        var kind = Fields.Text(tool.Take("type"), tool.PathOf("type"));
        if (kind != "namespace")
        {
            Offer(tool, kind, null);
            return;
        }
        var space = Fields.Text(tool.Take("name"), tool.PathOf("name"));
        _ = tool.TakeString("description"); // of the namespace; each tool has its own
        Forbid(tool, kind, "parameters", "strict", "format");
        foreach (var inner in tool.Children("tools", tool.Take("tools"), "tools"))
            Offer(inner, Fields.Text(inner.Take("type"), inner.PathOf("type")), space);
        tool.Finish();
    }

    private void Offer(Fields tool, string kind, string? space)
    {
        if (space is null)
            Forbid(tool, kind, "tools");
        Forbid(tool, kind, kind == "custom" ? ["parameters", "strict"] : ["format"]);
        var declared = kind switch
        {
            "function" => ToolFields.Function(tool, space),
            "custom" => CustomTools.Read(tool, space),
            _ => throw RefusedException.Field(tool.PathOf("type"), $"'{tool.PathOf("type")}' is '{kind}'; functions, custom tools and namespaces of them can be called here.", ErrorCodes.UnsupportedValue),
        };
        var name = space is null ? declared.Name : declared.Name[(space.Length + 1)..];
        if (!_faces.TryAdd(declared.Name, new ToolFace(name, space, kind == "custom")))
            throw RefusedException.Field(tool.PathOf("name"), $"'{tool.PathOf("name")}' is '{declared.Name}', which names another tool already.");
        _offered.Add(declared);
    }

    private static void Forbid(Fields tool, string kind, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (tool.TryTake(name, out _))
                throw RefusedException.Field(tool.PathOf(name), $"'{tool.PathOf(name)}' does not belong to a tool of type '{kind}'; leave it out.");
    }

    private ChatToolMode? Choose(Fields fields, JsonElement value)
    {
        var mode = value.ValueKind switch
        {
            JsonValueKind.String => ModeOf(Fields.Text(value, "tool_choice"), "tool_choice"),
            JsonValueKind.Object => Named(fields.Child("tool_choice", value)),
            _ => throw Fields.WrongType("tool_choice", "a string or an object", value),
        };
        if (mode is not RequiredChatToolMode)
            return mode;
        if (_hosted.Count > 0)
            throw RefusedException.Field("tool_choice", $"'tool_choice' asks for a call, and '{_hosted[0]}' among the tools cannot be called here: it is a tool that OpenAI hosts. Leave it out, or send \"auto\".", ErrorCodes.UnsupportedValue);
        return _offered.Count > 0 ? mode : throw RefusedException.Field("tool_choice", "'tool_choice' asks for a call, and there are no 'tools'.", ErrorCodes.InvalidValue);
    }

    private static ChatToolMode ModeOf(string word, string path) => word switch
    {
        "none" => ChatToolMode.None,
        "auto" => ChatToolMode.Auto,
        "required" => ChatToolMode.RequireAny,
        _ => throw RefusedException.Field(path, $"'{path}' is '{word}'; it must be none, auto, required, or name a tool.", ErrorCodes.UnsupportedValue),
    };

    private ChatToolMode Named(Fields choice)
    {
        var kind = Fields.Text(choice.Take("type"), choice.PathOf("type"));
        var (name, mode) = (choice.TakeString("name"), choice.TakeString("mode"));
        List<string>? allowed = choice.TryTake("tools", out var tools) ? Allowed(choice, tools) : null;
        choice.Finish();
        switch (kind)
        {
            case "function" or "custom":
                if (name is null)
                    throw RefusedException.Field(choice.PathOf("name"), $"Missing required parameter: '{choice.PathOf("name")}'.", ErrorCodes.MissingRequiredParameter);
                return _faces.ContainsKey(name) ? ChatToolMode.RequireSpecific(name) : throw RefusedException.Field("tool_choice", $"'tool_choice' names '{name}', which is none of the 'tools'.");
            case "allowed_tools":
                if (allowed is null)
                    throw RefusedException.Field(choice.PathOf("tools"), $"Missing required parameter: '{choice.PathOf("tools")}'.", ErrorCodes.MissingRequiredParameter);
                _offered.RemoveAll(tool => !allowed.Contains(tool.Name));
                return ModeOf(mode ?? "auto", choice.PathOf("mode"));
            default:
                throw RefusedException.Field(choice.PathOf("type"), $"'{choice.PathOf("type")}' is '{kind}'; only functions and custom tools can be demanded here.", ErrorCodes.UnsupportedValue);
        }
    }

    private static List<string> Allowed(Fields choice, JsonElement tools)
    {
        var names = new List<string>();
        foreach (var tool in choice.Children("tools", tools, "tools"))
        {
            var kind = Fields.Text(tool.Take("type"), tool.PathOf("type"));
            if (tool.TakeString("name") is { } name && kind is "function" or "custom")
                names.Add(name);
            tool.Finish();
        }
        return names;
    }
}
