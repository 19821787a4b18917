using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>A response while it comes to be.</summary>
/// <param name="request">What was asked.</param>
/// <param name="card">Who is to answer.</param>
/// <param name="stored">Whether it is stored.</param>
/// <param name="created">When it began, in seconds since 1970.</param>
internal sealed class ResponseState(ResponseRequest request, ModelCard card, bool stored, long created)
{
    public const string Queued = "queued", InProgress = "in_progress", Completed = "completed", Incomplete = "incomplete", Failed = "failed", Cancelled = "cancelled";

    public string Id { get; } = Item.NewId("resp_");
    public string Status { get; set; } = InProgress;
    public ResponseRequest Request => request;
    public bool IsStored => stored;
    public long Created => created;
    public List<OutputItem> Output { get; } = [];
    public UsageTotals Usage { get; } = new();

    /// <summary>Who answers, once the model is there.</summary>
    public ServedModel? Model { get; set; }

    /// <summary>When it ended, in seconds since 1970.</summary>
    public long? EndedAt { get; set; }

    /// <summary>Why it failed.</summary>
    public Refusal? Error { get; set; }

    /// <summary>Writes it whole, with what there is of its output.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteHead(json);
        json.WriteStartArray("output");
        foreach (var item in Output)
            item.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes it without its output, which is stored by itself.</summary>
    public void WriteWithoutOutput(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteHead(json);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", created);
        json.WriteString("status", Status);
        json.WriteString("model", Model?.Id ?? card.Id);
        json.WriteString("system_fingerprint", Naming.FingerprintOf(Model)); // beyond OpenAI's
        if (EndedAt is { } ended)
            json.WriteNumber("completed_at", ended);
        else
            json.WriteNull("completed_at");
        WriteError(json);
        WriteIncomplete(json);
        request.Echo.Write(json);
        if (request.Continued.ConversationId is { } conversation)
        {
            json.WriteStartObject("conversation");
            json.WriteString("id", conversation);
            json.WriteEndObject();
        }
        json.WriteString("service_tier", request.ServiceTier ?? "default");
        json.WriteBoolean("store", stored);
        json.WriteString("truncation", "disabled");
        json.WritePropertyName("metadata");
        MetadataField.Write(json, request.Metadata);
        json.WritePropertyName("usage");
        ResponseUsage.Write(json, Usage, ReasoningTokens());
    }

    private void WriteError(Utf8JsonWriter json)
    {
        if (Error is null)
        {
            json.WriteNull("error");
            return;
        }
        json.WriteStartObject("error");
        json.WriteString("code", Error.Status >= 500 ? "server_error" : Error.Code);
        json.WriteString("message", Error.Message);
        json.WriteEndObject();
    }

    private void WriteIncomplete(Utf8JsonWriter json)
    {
        if (Status != Incomplete)
        {
            json.WriteNull("incomplete_details");
            return;
        }
        json.WriteStartObject("incomplete_details");
        json.WriteString("reason", "max_output_tokens"); // the context's end is told alike: OpenAI has no other word
        json.WriteEndObject();
    }

    // The engine counts an answer's tokens together; of them those that the thinking's text has.
    private long ReasoningTokens() =>
        Output.OfType<ReasoningOutput>().Sum(item => Model?.Text?.Encode(item.Text.ToString(), parseSpecial: false, addSpecial: false).Count ?? 0);
}

/// <summary><c>usage</c> of a response.</summary>
internal static class ResponseUsage
{
    /// <summary>Writes its value: null where the model has told nothing.</summary>
    public static void Write(Utf8JsonWriter json, UsageTotals usage, long reasoning)
    {
        if (!usage.Known)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteNumber("input_tokens", usage.Prompt);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.Cached);
        json.WriteNumber("cache_write_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.Completion);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        json.WriteEndObject();
    }
}
