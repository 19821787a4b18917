using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>The objects of an answer: pieces of it, and the one that ends it.</summary>
internal sealed class AnswerWriter(string model, AnswerShape shape, Durations durations, TimeProvider clock)
{
    /// <summary>A piece of the answer.</summary>
    public void WritePiece(Utf8JsonWriter json, in AnswerPart part, JsonArray? logprobs)
    {
        WriteHead(json, part);
        json.WriteBoolean("done", false);
        WriteLogprobs(json, logprobs);
        json.WriteEndObject();
    }

    /// <summary>What ends the answer, or the whole of it.</summary>
    public void WriteEnd(Utf8JsonWriter json, in AnswerPart part, JsonArray? logprobs, string reason, UsageTotals usage)
    {
        WriteHead(json, part);
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", reason);
        durations.Write(json, usage);
        WriteLogprobs(json, logprobs);
        json.WriteEndObject();
    }

    /// <summary>The answer to who asked for nothing but that the model be loaded, or unloaded.</summary>
    public void WriteDone(Utf8JsonWriter json, string reason)
    {
        WriteHead(json, AnswerPart.Nothing);
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", reason);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json, in AnswerPart part)
    {
        json.WriteStartObject();
        json.WriteString("model", TaggedNames.Of(model));
        json.WriteString("created_at", clock.GetUtcNow().UtcDateTime);
        shape.Write(json, part);
    }

    private static void WriteLogprobs(Utf8JsonWriter json, JsonArray? entries)
    {
        if (entries is null or { Count: 0 })
            return;
        json.WriteStartArray("logprobs");
        foreach (var entry in entries)
            TokenLogprob.WriteChat(json, entry, alternatives: true);
        json.WriteEndArray();
    }
}
