using System.Text;
using System.Text.Json.Nodes;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>A model whose tokens are bytes; 256 is the control token <c>[s]</c> that begins a text.</summary>
internal sealed class ByteText : IModelText
{
    public int VocabularySize => 257;
    public bool ShowsNames { get; init; }
    public bool ShowsReasoning { get; init; }
    public AnswerTraits Traits { get; init; } = new("generic", Thinks: false, SwitchesThinking: false, TakesEffort: false);

    public IReadOnlyList<int> Encode(string text, bool parseSpecial, bool addSpecial)
    {
        var ids = Encoding.UTF8.GetBytes(text).Select(value => (int)value).ToList();
        if (parseSpecial && text.StartsWith("[s]", StringComparison.Ordinal))
            ids = [256, .. ids[3..]];
        return addSpecial ? [256, .. ids] : ids;
    }

    public string Decode(IReadOnlyList<int> ids) => Encoding.UTF8.GetString([.. ids.SelectMany(Bytes)]);

    public byte[] Bytes(int id) => id == 256 ? "[s]"u8.ToArray() : [(byte)id];

    public RenderedChat Render(IReadOnlyList<ChatMessage> messages, JsonObject? variables, bool addGenerationPrompt)
    {
        var shaped = new JsonArray([.. messages.Select(message => (JsonNode)new JsonObject { ["role"] = message.Role.Value, ["content"] = message.Text })]);
        var prompt = string.Concat(messages.Select(message => $"<{message.Role.Value}>{message.Text}")) + (string?)variables?["mood"] + (addGenerationPrompt ? "<assistant>" : "");
        return new RenderedChat(prompt, Encode(prompt, false, false), shaped, "every message is shown as it is");
    }

    /// <summary>Tools show by their names, before the messages.</summary>
    public RenderedChat Render(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        var rendered = Render(messages, null, addGenerationPrompt: true);
        var prompt = string.Concat(options.Tools?.Select(tool => $"[{tool.Name}]") ?? []) + rendered.Prompt;
        return rendered with { Prompt = prompt, Ids = Encode(prompt, false, false) };
    }
}
