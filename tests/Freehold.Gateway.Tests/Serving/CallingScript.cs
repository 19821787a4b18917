using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>Answers in which a scripted model thinks, speaks and calls tools, in the convention with the model's client.</summary>
internal static class CallingScript
{
    public static ChatResponseUpdate Thinks(string text) => new(ChatRole.Assistant, [new TextReasoningContent(text)]);

    public static ChatResponseUpdate Says(string text) => new(ChatRole.Assistant, text);

    /// <summary>A piece of a call; the first has its name.</summary>
    public static ChatResponseUpdate Piece(int index, string id, string? name, string arguments)
    {
        var piece = new JsonObject { ["index"] = index, ["id"] = id, ["arguments"] = arguments };
        if (name is not null)
            piece["name"] = name;
        return new() { Role = ChatRole.Assistant, AdditionalProperties = new() { ["tool_calls"] = new JsonArray(piece) } };
    }

    public static ChatResponseUpdate Whole(string id, string name, string arguments) =>
        new(ChatRole.Assistant, [new FunctionCallContent(id, name, new Dictionary<string, object?>()) { RawRepresentation = arguments }]);

    /// <summary>Thinking, text, and a call of <c>get_weather</c> in three pieces.</summary>
    public static IEnumerable<ChatResponseUpdate> Call() =>
    [
        Thinks("Bern, "), Thinks("then."), Says("Let me see."),
        Piece(0, "a1b2c3d4e", "get_weather", ""), Piece(0, "a1b2c3d4e", null, "{\"city\": "), Piece(0, "a1b2c3d4e", null, "\"Bern\"}"), Whole("a1b2c3d4e", "get_weather", "{\"city\": \"Bern\"}"),
    ];

    /// <summary>A call that is cut by the answer's end.</summary>
    public static IEnumerable<ChatResponseUpdate> Cut() => [Piece(0, "a1b2c3d4e", "get_weather", "{\"ci"), Says("<tool_call>{\"ci")];

    /// <summary>The model calls where tools are offered and no result is there yet, and speaks otherwise.</summary>
    public static void CallThenAnswer(ScriptedChatClient model) => model.Updates = options =>
    {
        var calls = options.Tools is not null && options.ToolMode is not NoneChatToolMode && !model.Calls[^1].Messages.Any(message => message.Role == ChatRole.Tool);
        model.Finish = calls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
        return calls ? Call() : [Says("It is "), Says("12 degrees.")];
    };
}
