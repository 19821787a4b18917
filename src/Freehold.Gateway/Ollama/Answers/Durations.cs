using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>How long an answer took, in nanoseconds as Ollama tells it. The time for the prompt includes waiting for a place.</summary>
internal sealed class Durations(TimeProvider clock)
{
    private readonly long _begun = clock.GetTimestamp();
    private long? _loaded, _first;

    /// <summary>The model is here.</summary>
    public void Loaded() => _loaded = clock.GetTimestamp();

    /// <summary>The first piece is here.</summary>
    public void First() => _first ??= clock.GetTimestamp();

    /// <summary>Writes the fields of an answer that is complete.</summary>
    public void Write(Utf8JsonWriter json, UsageTotals usage)
    {
        var now = clock.GetTimestamp();
        var first = _first ?? now;
        WriteTotal(json);
        if (usage.Known)
            json.WriteNumber("prompt_eval_count", usage.Prompt);
        json.WriteNumber("prompt_eval_duration", Nanoseconds(_loaded ?? _begun, first));
        if (usage.Known)
            json.WriteNumber("eval_count", usage.Completion);
        json.WriteNumber("eval_duration", Nanoseconds(first, now));
    }

    /// <summary>Writes what every answer has: all the time, and that for the model to be there.</summary>
    public void WriteTotal(Utf8JsonWriter json)
    {
        json.WriteNumber("total_duration", Nanoseconds(_begun, clock.GetTimestamp()));
        json.WriteNumber("load_duration", Nanoseconds(_begun, _loaded ?? _begun));
    }

    private long Nanoseconds(long from, long to) => clock.GetElapsedTime(from, to).Ticks * 100;
}
