using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>Models as Ollama lists and shows them. What a file does not tell is an empty string, as at Ollama.</summary>
internal static class ModelJson
{
    /// <summary>A model that is pinned stays: the end of time, as far as JSON's readers can count it.</summary>
    private const string Never = "9999-12-31T23:59:59Z";

    /// <summary>Writes /api/tags.</summary>
    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<ModelCard> models)
    {
        json.WriteStartObject();
        json.WriteStartArray("models");
        foreach (var model in models)
        {
            json.WriteStartObject();
            WriteHead(json, model, model.Facts?.Bytes ?? 0);
            json.WriteString("modified_at", model.Created.UtcDateTime);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes /api/ps: what is in memory, and beyond Ollama's fields what is on its way there or out.</summary>
    public static void WriteLoaded(Utf8JsonWriter json, PoolState pool, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteStartArray("models");
        foreach (var model in pool.Models.Where(model => model.Phase is ModelPhase.Loading or ModelPhase.Loaded or ModelPhase.Draining))
        {
            json.WriteStartObject();
            WriteHead(json, model.Card, model.Memory?.Total ?? model.Card.Facts?.Bytes ?? 0);
            // Of one that is in use: when it could go at the earliest.
            var expires = model.ExpiresAt ?? (model.KeepAlive is { } stay && stay != Timeout.InfiniteTimeSpan ? now + stay : null);
            json.WriteString("expires_at", model.Phase == ModelPhase.Draining ? now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : expires is { } at ? at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : Never);
            json.WriteNumber("size_vram", 0);
            json.WriteNumber("context_length", model.Card.ContextLength);
            json.WriteString("state", ModelPhases.NameOf(model.Phase));
            json.WriteNumber("requests", model.Requests);
            ModelPhases.WriteProgress(json, model.Progress);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (pool.BudgetBytes is { } budget)
        {
            json.WriteNumber("memory_budget", budget);
            json.WriteNumber("memory_used", pool.UsedBytes);
        }
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, ModelCard model, long size)
    {
        json.WriteString("name", TaggedNames.Of(model.Id));
        json.WriteString("model", TaggedNames.Of(model.Id));
        json.WriteNumber("size", size);
        json.WriteString("digest", model.Facts?.Sha256 ?? "");
        WriteDetails(json, model.Facts);
    }

    /// <summary>Writes /api/show.</summary>
    public static void WriteShown(Utf8JsonWriter json, ModelCard model)
    {
        var facts = model.Facts;
        json.WriteStartObject();
        json.WriteString("license", facts?.Licence ?? "");
        json.WriteString("modelfile", "");
        json.WriteString("parameters", "");
        json.WriteString("template", facts?.Template ?? "");
        WriteDetails(json, facts);
        WriteInfo(json, model);
        json.WriteStartArray("capabilities");
        if (model.Chats)
            json.WriteStringValue("completion");
        if (model is { Chats: true, Traits.CallFormat: not null })
            json.WriteStringValue("tools");
        if (model is { Chats: true, Traits.Thinks: true })
            json.WriteStringValue("thinking");
        if (model.Embeds)
            json.WriteStringValue("embedding");
        json.WriteEndArray();
        json.WriteString("modified_at", model.Created.UtcDateTime);
        json.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter json, ModelFacts? facts)
    {
        json.WriteStartObject("details");
        json.WriteString("parent_model", "");
        json.WriteString("format", facts?.Format ?? "");
        json.WriteString("family", facts?.Architecture ?? "");
        json.WriteStartArray("families");
        if (facts is not null)
            json.WriteStringValue(facts.Architecture);
        json.WriteEndArray();
        json.WriteString("parameter_size", facts is null ? "" : Size(facts.Parameters));
        json.WriteString("quantization_level", facts?.Quantisation ?? "");
        json.WriteEndObject();
    }

    // The context is the one that is served, since who reads it goes by it; what the file was trained for may be more.
    private static void WriteInfo(Utf8JsonWriter json, ModelCard model)
    {
        json.WriteStartObject("model_info");
        var architecture = model.Facts?.Architecture ?? "unknown";
        json.WriteString("general.architecture", architecture);
        json.WriteNumber($"{architecture}.context_length", model.ContextLength);
        if (model.Facts is { } facts)
        {
            json.WriteNumber("general.parameter_count", facts.Parameters);
            json.WriteNumber($"{architecture}.embedding_length", facts.EmbeddingLength);
            json.WriteNumber($"{architecture}.block_count", facts.Layers);
        }
        if (model.Loaded?.Text is { } text)
            json.WriteNumber($"{architecture}.vocab_size", text.VocabularySize);
        if (model is { Chats: true, Traits.CallFormat: { } format })
            json.WriteString("freehold.call_format", format);
        json.WriteEndObject();
    }

    private static string Size(long parameters) => parameters >= 1_000_000_000
        ? (parameters / 1e9).ToString("F1", CultureInfo.InvariantCulture) + "B"
        : (parameters / 1e6).ToString("F2", CultureInfo.InvariantCulture) + "M";
}
