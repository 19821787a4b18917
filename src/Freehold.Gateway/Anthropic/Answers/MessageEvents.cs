using System.Text;
using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>A message as events, in Anthropic's order: the message begins, its blocks begin, grow and end one after another, the message ends.</summary>
/// <param name="events">Where they go.</param>
/// <param name="head">What the message begins with.</param>
/// <param name="promptTokens">Tokens of the prompt, as far as they are known at its beginning; the last event corrects it by what was cached.</param>
/// <param name="signatures">Signs thinking.</param>
/// <param name="clock">Measures silence.</param>
internal sealed class MessageEvents(EventStream events, MessageHead head, int promptTokens, ThinkingSignature signatures, TimeProvider clock)
{
    private readonly StringBuilder _thinking = new();
    private BlockKind? _open;
    private int _index = -1;
    private long _lastSent;
    private bool _messageOpen;

    /// <summary>Begins the message, once.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_messageOpen)
            return;
        _messageOpen = true;
        if (!events.Started)
            events.Start();
        await SendAsync("message_start", (head, promptTokens), static (json, told) =>
        {
            json.WriteStartObject("message");
            told.head.Write(json);
            json.WriteStartArray("content");
            json.WriteEndArray();
            json.WriteNull("stop_reason");
            json.WriteNull("stop_sequence");
            json.WriteStartObject("usage");
            json.WriteNumber("input_tokens", told.promptTokens);
            json.WriteNumber("cache_creation_input_tokens", 0);
            json.WriteNumber("cache_read_input_tokens", 0);
            json.WriteNumber("output_tokens", 0);
            json.WriteEndObject();
            json.WriteEndObject();
        }, cancellationToken);
    }

    /// <summary>An event that says nothing new.</summary>
    public ValueTask PingAsync(CancellationToken cancellationToken) => SendAsync("ping", 0, static (_, _) => { }, cancellationToken);

    /// <summary>The same, if nothing was sent for long.</summary>
    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) =>
        clock.GetElapsedTime(_lastSent) < FirstPiece.Patience ? ValueTask.CompletedTask : PingAsync(cancellationToken);

    /// <summary>New text.</summary>
    public async ValueTask TextAsync(string text, CancellationToken cancellationToken)
    {
        if (_open != BlockKind.Text)
            await BeginAsync(BlockKind.Text, 0, static (json, _) =>
            {
                json.WriteString("type", "text");
                json.WriteString("text", "");
            }, cancellationToken);
        await DeltaAsync("text_delta", "text", text, cancellationToken);
    }

    /// <summary>New thinking.</summary>
    public async ValueTask ThinkingAsync(string text, CancellationToken cancellationToken)
    {
        if (_open != BlockKind.Thinking)
            await BeginAsync(BlockKind.Thinking, 0, static (json, _) =>
            {
                json.WriteString("type", "thinking");
                json.WriteString("thinking", "");
                json.WriteString("signature", "");
            }, cancellationToken);
        _thinking.Append(text);
        await DeltaAsync("thinking_delta", "thinking", text, cancellationToken);
    }

    /// <summary>A call begins.</summary>
    public ValueTask CallAsync(string id, string name, CancellationToken cancellationToken) => BeginAsync(BlockKind.ToolUse, (id, name), static (json, call) =>
    {
        json.WriteString("type", "tool_use");
        json.WriteString("id", call.id);
        json.WriteString("name", call.name);
        json.WriteStartObject("input");
        json.WriteEndObject();
    }, cancellationToken);

    /// <summary>New text of the call's input.</summary>
    public ValueTask InputAsync(string json, CancellationToken cancellationToken) => DeltaAsync("input_json_delta", "partial_json", json, cancellationToken);

    /// <summary>Ends the block, if one was begun, and the message.</summary>
    public async ValueTask CloseAsync(Ending ending, CancellationToken cancellationToken)
    {
        await EndAsync(cancellationToken);
        await SendAsync("message_delta", ending, static (json, told) =>
        {
            json.WriteStartObject("delta");
            told.WriteReason(json);
            json.WriteEndObject();
            json.WritePropertyName("usage");
            told.WriteUsage(json);
        }, cancellationToken);
        await SendAsync("message_stop", 0, static (_, _) => { }, cancellationToken);
    }

    private async ValueTask BeginAsync<TState>(BlockKind kind, TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken)
    {
        await EndAsync(cancellationToken);
        (_open, _index) = (kind, _index + 1);
        await SendAsync("content_block_start", (_index, state, write), static (json, told) =>
        {
            json.WriteNumber("index", told._index);
            json.WriteStartObject("content_block");
            told.write(json, told.state);
            json.WriteEndObject();
        }, cancellationToken);
    }

    private ValueTask DeltaAsync(string type, string field, string text, CancellationToken cancellationToken) => SendAsync("content_block_delta", (_index, type, field, text), static (json, told) =>
    {
        json.WriteNumber("index", told._index);
        json.WriteStartObject("delta");
        json.WriteString("type", told.type);
        json.WriteString(told.field, told.text);
        json.WriteEndObject();
    }, cancellationToken);

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_open is null)
            return;
        if (_open == BlockKind.Thinking)
        {
            await DeltaAsync("signature_delta", "signature", signatures.Of(_thinking.ToString()), cancellationToken);
            _thinking.Clear();
        }
        _open = null;
        await SendAsync("content_block_stop", _index, static (json, index) => json.WriteNumber("index", index), cancellationToken);
    }

    private async ValueTask SendAsync<TState>(string type, TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken)
    {
        await events.SendAsync((type, state, write), static (json, told) =>
        {
            json.WriteStartObject();
            json.WriteString("type", told.type);
            told.write(json, told.state);
            json.WriteEndObject();
        }, cancellationToken, type);
        _lastSent = clock.GetTimestamp();
    }
}
