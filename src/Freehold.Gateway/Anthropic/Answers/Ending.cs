using System.Text.Json;
using Freehold.Gateway.Answers;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>Why an answer ended, gathered from its pieces, and what it took.</summary>
/// <param name="maxTokens">The ceiling asked for.</param>
/// <param name="context">Tokens that prompt and answer together may have.</param>
internal sealed class Ending(int maxTokens, int context)
{
    private ChatFinishReason _finish = ChatFinishReason.Stop;
    private string? _sequence;

    public UsageTotals Usage { get; } = new();

    public void Add(Piece piece)
    {
        _finish = piece.Finish ?? _finish;
        _sequence = piece.StopSequence ?? _sequence;
        if (piece.Usage is { } counts)
            Usage.Add(0, counts);
    }

    /// <summary>Writes <c>stop_reason</c> and <c>stop_sequence</c>.</summary>
    public void WriteReason(Utf8JsonWriter json)
    {
        json.WriteString("stop_reason", Reason());
        json.WriteString("stop_sequence", _sequence);
    }

    /// <summary>Writes the value of <c>usage</c>. What was in the cache is not counted among the input tokens, as at Anthropic.</summary>
    public void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens", Usage.Prompt - Usage.Cached);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("cache_read_input_tokens", Usage.Cached);
        json.WriteNumber("output_tokens", Usage.Completion);
        json.WriteEndObject();
    }

    // Of two ceilings the lower one ended it.
    private string Reason() =>
        _sequence is not null ? "stop_sequence"
        : _finish == ChatFinishReason.ToolCalls ? "tool_use"
        : _finish != ChatFinishReason.Length ? "end_turn"
        : Usage.Known && context - Usage.Prompt < maxTokens ? "model_context_window_exceeded"
        : "max_tokens";
}
