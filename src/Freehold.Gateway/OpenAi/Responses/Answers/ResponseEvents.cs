using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>Where the events of a response go.</summary>
internal interface IEventSink
{
    /// <summary>Sends one.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="state">What it tells.</param>
    /// <param name="write">Writes its fields but for <c>type</c> and <c>sequence_number</c>.</param>
    /// <param name="cancellationToken">Ends the wait for the reader.</param>
    ValueTask SendAsync<TState>(string type, TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken);
}

/// <summary>The events of one response, in OpenAI's order and words.</summary>
internal sealed class ResponseEvents(IEventSink sink)
{
    private const string Root = "response.";

    /// <summary>An event about the response as a whole: <c>created</c>, <c>queued</c>, <c>in_progress</c>, <c>completed</c>, <c>incomplete</c>, <c>failed</c>.</summary>
    public ValueTask StateAsync(string what, ResponseState state, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + what, state, static (json, state) =>
        {
            json.WritePropertyName("response");
            state.Write(json);
        }, cancellationToken);

    /// <summary>An item begins (<c>added</c>) or ends (<c>done</c>).</summary>
    public ValueTask ItemAsync(string what, OutputItem item, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + "output_item." + what, item, static (json, item) =>
        {
            json.WriteNumber("output_index", item.Index);
            json.WritePropertyName("item");
            item.Write(json);
        }, cancellationToken);

    /// <summary>The only part of a message or of thinking begins (<c>added</c>) or ends (<c>done</c>).</summary>
    public ValueTask PartAsync(string what, OutputItem item, bool isWhole, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + "content_part." + what, (item, isWhole), static (json, told) =>
        {
            WritePlace(json, told.item);
            json.WritePropertyName("part");
            if (told.item is MessageOutput message)
                message.WritePart(json, told.isWhole ? message.Text.ToString() : "", told.isWhole);
            else
                ReasoningOutput.WritePart(json, told.isWhole ? ((ReasoningOutput)told.item).Text.ToString() : "");
        }, cancellationToken);

    /// <summary>New text of a message.</summary>
    public ValueTask TextAsync(MessageOutput item, string delta, JsonArray? logprobs, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + "output_text.delta", (item, delta, logprobs), static (json, told) =>
        {
            WritePlace(json, told.item);
            json.WriteString("delta", told.delta);
            json.WritePropertyName("logprobs");
            MessageOutput.WriteLogprobs(json, told.logprobs ?? []);
        }, cancellationToken);

    /// <summary>A message's text is whole.</summary>
    public ValueTask TextDoneAsync(MessageOutput item, bool logprobs, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + "output_text.done", (item, logprobs), static (json, told) =>
        {
            WritePlace(json, told.item);
            json.WriteString("text", told.item.Text.ToString());
            json.WritePropertyName("logprobs");
            MessageOutput.WriteLogprobs(json, told.logprobs ? told.item.Logprobs : []);
        }, cancellationToken);

    /// <summary>New thinking.</summary>
    public ValueTask ReasoningAsync(ReasoningOutput item, string delta, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + "reasoning_text.delta", (item, delta), static (json, told) =>
        {
            WritePlace(json, told.item);
            json.WriteString("delta", told.delta);
        }, cancellationToken);

    /// <summary>Thinking is whole.</summary>
    public ValueTask ReasoningDoneAsync(ReasoningOutput item, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + "reasoning_text.done", item, static (json, item) =>
        {
            WritePlace(json, item);
            json.WriteString("text", item.Text.ToString());
        }, cancellationToken);

    /// <summary>More of a call's arguments, or of a custom tool's input.</summary>
    public ValueTask CallAsync(CallOutput item, string delta, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + NameOf(item) + ".delta", (item, delta), static (json, told) =>
        {
            WriteItem(json, told.item);
            json.WriteString("delta", told.delta);
        }, cancellationToken);

    /// <summary>A call is whole.</summary>
    public ValueTask CallDoneAsync(CallOutput item, CancellationToken cancellationToken) =>
        sink.SendAsync(Root + NameOf(item) + ".done", item, static (json, item) =>
        {
            WriteItem(json, item);
            if (!item.Face.IsCustom)
                json.WriteString("name", item.Face.Name);
            json.WriteString(item.Face.IsCustom ? "input" : "arguments", item.Told);
        }, cancellationToken);

    private static string NameOf(CallOutput item) => item.Face.IsCustom ? "custom_tool_call_input" : "function_call_arguments";

    private static void WritePlace(Utf8JsonWriter json, OutputItem item)
    {
        WriteItem(json, item);
        json.WriteNumber("content_index", 0);
    }

    private static void WriteItem(Utf8JsonWriter json, OutputItem item)
    {
        json.WriteString("item_id", item.Id);
        json.WriteNumber("output_index", item.Index);
    }
}
