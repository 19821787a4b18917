using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Answers;

/// <summary>Where models are in their lives, as answers tell it.</summary>
internal static class ModelPhases
{
    public static string NameOf(ModelPhase phase) => phase switch
    {
        ModelPhase.OnDisk => "available",
        ModelPhase.Loading => "loading",
        ModelPhase.Loaded => "loaded",
        ModelPhase.Draining => "draining",
        _ => "failed",
    };

    /// <summary>Writes how far a load is, if there is one.</summary>
    public static void WriteProgress(Utf8JsonWriter json, LoadProgress? progress)
    {
        if (progress is null)
            return;
        json.WriteStartObject("progress");
        json.WriteString("step", progress.Step);
        if (progress.Fraction is { } fraction)
            json.WriteNumber("fraction", Math.Round(fraction, 4));
        if (progress.Remaining is { } remaining)
            json.WriteNumber("remaining_seconds", Math.Round(remaining.TotalSeconds, 1));
        json.WriteEndObject();
    }
}
