using System.Text;
using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>What a block of a message holds.</summary>
internal enum BlockKind
{
    Text,
    Thinking,
    ToolUse,
}

/// <summary>The blocks of an answer that is not streamed, in their order.</summary>
/// <param name="signatures">Signs thinking.</param>
internal sealed class MessageBlocks(ThinkingSignature signatures)
{
    private readonly List<(BlockKind Kind, StringBuilder Text, WholeCall? Call)> _blocks = [];
    private readonly GatheredCalls _calls = new();

    public void Add(in Piece piece)
    {
        Append(BlockKind.Thinking, piece.Reasoning);
        Append(BlockKind.Text, piece.Text);
        foreach (var call in _calls.Add(piece))
            _blocks.Add((BlockKind.ToolUse, new StringBuilder(), call));
    }

    /// <summary>Writes the value of <c>content</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var (kind, text, call) in _blocks)
        {
            json.WriteStartObject();
            switch (kind)
            {
                case BlockKind.Text:
                    json.WriteString("type", "text");
                    json.WriteString("text", text.ToString());
                    break;
                case BlockKind.Thinking:
                    json.WriteString("type", "thinking");
                    json.WriteString("thinking", text.ToString());
                    json.WriteString("signature", signatures.Of(text.ToString()));
                    break;
                default:
                    json.WriteString("type", "tool_use");
                    json.WriteString("id", call!.Id);
                    json.WriteString("name", call.Name);
                    json.WritePropertyName("input");
                    call.WriteArguments(json);
                    break;
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void Append(BlockKind kind, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        if (_blocks.Count == 0 || _blocks[^1].Kind != kind)
            _blocks.Add((kind, new StringBuilder(), null));
        _blocks[^1].Text.Append(text);
    }
}
