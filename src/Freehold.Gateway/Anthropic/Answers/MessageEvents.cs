using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>A message as events, in Anthropic's order: the message begins, its block begins, grows and ends, the message ends.</summary>
/// <param name="events">Where they go.</param>
/// <param name="head">What the message begins with.</param>
/// <param name="promptTokens">Tokens of the prompt, as far as they are known at its beginning; the last event corrects it by what was cached.</param>
internal sealed class MessageEvents(EventStream events, MessageHead head, int promptTokens)
{
    private bool _messageOpen, _blockOpen;

    /// <summary>Begins the message, once.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_messageOpen)
            return;
        _messageOpen = true;
        if (!events.Started)
            events.Start();
        await events.SendAsync((head, promptTokens), static (json, told) =>
        {
            json.WriteStartObject();
            json.WriteString("type", "message_start");
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
            json.WriteEndObject();
        }, cancellationToken, "message_start");
    }

    /// <summary>An event that says nothing new.</summary>
    public ValueTask PingAsync(CancellationToken cancellationToken) => events.SendAsync(0, static (json, _) =>
    {
        json.WriteStartObject();
        json.WriteString("type", "ping");
        json.WriteEndObject();
    }, cancellationToken, "ping");

    /// <summary>New text, behind the block's beginning.</summary>
    public async ValueTask TextAsync(string text, CancellationToken cancellationToken)
    {
        if (!_blockOpen)
        {
            _blockOpen = true;
            await events.SendAsync(0, static (json, _) =>
            {
                json.WriteStartObject();
                json.WriteString("type", "content_block_start");
                json.WriteNumber("index", 0);
                json.WriteStartObject("content_block");
                json.WriteString("type", "text");
                json.WriteString("text", "");
                json.WriteEndObject();
                json.WriteEndObject();
            }, cancellationToken, "content_block_start");
        }
        await events.SendAsync(text, static (json, told) =>
        {
            json.WriteStartObject();
            json.WriteString("type", "content_block_delta");
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            json.WriteString("type", "text_delta");
            json.WriteString("text", told);
            json.WriteEndObject();
            json.WriteEndObject();
        }, cancellationToken, "content_block_delta");
    }

    /// <summary>Ends the block, if one was begun, and the message.</summary>
    public async ValueTask CloseAsync(Ending ending, CancellationToken cancellationToken)
    {
        if (_blockOpen)
            await events.SendAsync(0, static (json, _) =>
            {
                json.WriteStartObject();
                json.WriteString("type", "content_block_stop");
                json.WriteNumber("index", 0);
                json.WriteEndObject();
            }, cancellationToken, "content_block_stop");
        await events.SendAsync(ending, static (json, told) =>
        {
            json.WriteStartObject();
            json.WriteString("type", "message_delta");
            json.WriteStartObject("delta");
            told.WriteReason(json);
            json.WriteEndObject();
            json.WritePropertyName("usage");
            told.WriteUsage(json);
            json.WriteEndObject();
        }, cancellationToken, "message_delta");
        await events.SendAsync(0, static (json, _) =>
        {
            json.WriteStartObject();
            json.WriteString("type", "message_stop");
            json.WriteEndObject();
        }, cancellationToken, "message_stop");
    }
}
