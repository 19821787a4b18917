using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tools;

/// <summary>A tool that may be called.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; may be empty.</param>
/// <param name="Schema">JSON Schema of its arguments.</param>
/// <param name="IsStrict">Whether a schema that can't be enforced is refused.</param>
internal sealed record OfferedTool(string Name, string Description, JsonElement Schema, bool IsStrict);

/// <summary>The tools of a request, and whether one must be called.</summary>
/// <param name="All">All tools, in the request's order.</param>
/// <param name="Callable">Those that may be called now: all, or the one that is demanded.</param>
/// <param name="IsForced">Whether the answer must be a call.</param>
/// <param name="Several">Whether one answer may have several calls.</param>
internal sealed record OfferedTools(IReadOnlyList<OfferedTool> All, IReadOnlyList<OfferedTool> Callable, bool IsForced, bool Several)
{
    private const int MaxName = 128;
    private static readonly JsonElement s_anyObject = JsonElement.Parse("""{"type":"object","properties":{}}""");

    /// <summary>The names of the tools that may be called.</summary>
    public IReadOnlySet<string> Names => Callable.Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads <see cref="ChatOptions.Tools"/>, <see cref="ChatOptions.ToolMode"/> and <see cref="ChatOptions.AllowMultipleToolCalls"/>; null where nothing is offered.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="allowed">The names of those that may be called now; null: all. The prompt has all in any case.</param>
    /// <exception cref="RequestRefusedException">A tool is no function, its name is unfit or used twice, or a named one is not among them.</exception>
    public static OfferedTools? Of(ChatOptions options, IReadOnlyList<string>? allowed = null)
    {
        var required = options.ToolMode as RequiredChatToolMode;
        if (options.Tools is not { Count: > 0 } given || options.ToolMode is NoneChatToolMode)
            return required is null ? null : throw Refuse("tool_choice", "a tool must be called, but none is offered; give tools");
        var all = new List<OfferedTool>(given.Count);
        foreach (var tool in given)
        {
            if (tool is not AIFunctionDeclaration function)
                throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, $"the tool '{tool.Name}' is no function; only functions can be called", "tools");
            if (function.Name.Length is 0 or > MaxName || !function.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/'))
                throw Refuse("tools", $"'{function.Name}' cannot be a tool's name; it must have 1 to {MaxName} characters of A-Z, a-z, 0-9, _, -, ., : and /");
            if (all.Exists(other => other.Name == function.Name))
                throw Refuse("tools", $"two tools are named '{function.Name}'; give one of them another name");
            var isStrict = function.AdditionalProperties.TryGetValue("strict", out var strict) && strict is true;
            all.Add(new OfferedTool(function.Name, function.Description ?? "", function.JsonSchema.ValueKind == JsonValueKind.Undefined ? s_anyObject : function.JsonSchema, isStrict));
        }
        if (allowed?.FirstOrDefault(name => !all.Exists(tool => tool.Name == name)) is { } unknown)
            throw Refuse("tool_choice", $"the tool '{unknown}' is allowed, but it is not offered; name tools that are");
        var callable = required?.RequiredFunctionName is { } name ? all.FindAll(tool => tool.Name == name) : allowed is null ? all : all.FindAll(tool => allowed.Contains(tool.Name));
        if (callable.Count == 0)
            throw Refuse("tool_choice", required?.RequiredFunctionName is { } missing ? $"the tool '{missing}' must be called, but it is not offered; name one of the tools" : "no tool is allowed; name at least one, or set tool_choice to none");
        return new OfferedTools(all, callable, required is not null, options.AllowMultipleToolCalls ?? true);
    }

    /// <summary>As chat templates take them: OpenAI's shape.</summary>
    public JsonArray ToJson() => new([.. All.Select(tool => (JsonNode)new JsonObject
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = tool.Name, ["description"] = tool.Description, ["parameters"] = JsonNode.Parse(tool.Schema.GetRawText()) },
    })]);

    private static RequestRefusedException Refuse(string parameter, string message) => new(RefusalCodes.InvalidParameter, message, parameter);
}
