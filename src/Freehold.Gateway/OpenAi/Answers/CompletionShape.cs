using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>Choices as the older /v1/completions words them; with echo the prompt stands before the answer.</summary>
/// <param name="logprobs">Whether log-probabilities were asked for.</param>
/// <param name="echoed">For each choice the text that comes first; null without echo.</param>
/// <param name="choices">Number of choices.</param>
internal sealed class CompletionShape(bool logprobs, IReadOnlyList<string>? echoed, int choices) : AnswerShape
{
    // Characters each choice's text has so far: text_offset counts from its beginning.
    private readonly int[] _offsets = [.. Enumerable.Range(0, choices).Select(choice => echoed?[choice].Length ?? 0)];

    public override string Kind => "text_completion";
    public override string ChunkKind => "text_completion";

    public override bool HasOpening => echoed is not null;

    public override void WriteOpening(Utf8JsonWriter json, int choice) => Write(json, choice, echoed![choice], null, null);

    public override void WriteDelta(Utf8JsonWriter json, in Piece piece) => Write(json, piece.Choice, piece.Text, piece.Logprobs, null);

    public override void WriteFinish(Utf8JsonWriter json, int choice, string reason) => Write(json, choice, "", null, reason);

    public override void WriteWhole(Utf8JsonWriter json, int choice, GatheredChoice gathered) =>
        Write(json, choice, echoed?[choice] + gathered.Text, logprobs ? gathered.Logprobs : null, gathered.Finish);

    private void Write(Utf8JsonWriter json, int choice, string text, JsonArray? entries, string? finish)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteNumber("index", choice);
        WriteLogprobs(json, choice, entries);
        if (finish is null)
            json.WriteNull("finish_reason");
        else
            json.WriteString("finish_reason", finish);
        json.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter json, int choice, JsonArray? entries)
    {
        if (entries is null)
        {
            json.WriteNull("logprobs");
            return;
        }
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (var entry in entries)
            json.WriteStringValue(TokenLogprob.Token(entry));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var entry in entries)
            json.WriteNumberValue(TokenLogprob.Logprob(entry));
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var entry in entries)
            WriteTop(json, TokenLogprob.Top(entry));
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (var entry in entries)
        {
            json.WriteNumberValue(_offsets[choice]);
            _offsets[choice] += TokenLogprob.Token(entry).Length;
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTop(Utf8JsonWriter json, JsonArray? top)
    {
        json.WriteStartObject();
        // Tokens of different bytes can read alike (each half of a character is U+FFFD); the likeliest keeps the name.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in top ?? [])
            if (seen.Add(TokenLogprob.Token(other)))
                json.WriteNumber(TokenLogprob.Token(other), TokenLogprob.Logprob(other));
        json.WriteEndObject();
    }
}
