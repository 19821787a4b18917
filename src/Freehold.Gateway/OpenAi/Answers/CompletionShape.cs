using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>Choices as the older /v1/completions words them; with echo the prompt stands before the answer.</summary>
/// <param name="logprobs">Whether log-probabilities were asked for.</param>
/// <param name="echoed">For each prompt the text that comes before its answers; null without echo.</param>
/// <param name="candidates">Answers computed for each prompt.</param>
internal sealed class CompletionShape(bool logprobs, IReadOnlyList<string>? echoed, int candidates) : AnswerShape
{
    private readonly Dictionary<int, TextOffsets> _offsets = [];

    public override string Kind => "text_completion";
    public override string ChunkKind => "text_completion";

    public override bool HasOpening => echoed is not null;
    public override bool OpensWithPiece => logprobs;

    public override void WriteOpening(Utf8JsonWriter json, int choice, JsonArray? promptLogprobs) =>
        Write(json, choice, EchoOf(choice), new Entries(OffsetsOf(choice), promptLogprobs, null), null);

    public override void WriteDelta(Utf8JsonWriter json, in Piece piece) => Write(json, piece.Choice, piece.Text, new Entries(OffsetsOf(piece.Choice), null, logprobs ? piece.Logprobs : null), null);

    public override void WriteFinish(Utf8JsonWriter json, int choice, string reason) => Write(json, choice, "", default, reason);

    public override void WriteWhole(Utf8JsonWriter json, int choice, GatheredChoice gathered)
    {
        var echo = echoed?[gathered.Prompt] ?? "";
        Write(json, choice, echo + gathered.Text, logprobs ? new Entries(new TextOffsets(echo), gathered.PromptLogprobs, gathered.Logprobs) : default, gathered.Finish);
    }

    private string EchoOf(int choice) => echoed?[choice / candidates] ?? "";

    private TextOffsets OffsetsOf(int choice)
    {
        if (!_offsets.TryGetValue(choice, out var offsets))
            _offsets[choice] = offsets = new TextOffsets(EchoOf(choice));
        return offsets;
    }

    private static void Write(Utf8JsonWriter json, int choice, string text, in Entries entries, string? finish)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteNumber("index", choice);
        entries.Write(json);
        if (finish is null)
            json.WriteNull("finish_reason");
        else
            json.WriteString("finish_reason", finish);
        json.WriteEndObject();
    }

    /// <summary>The tokens of a piece of text: the prompt's, then the answer's.</summary>
    private readonly record struct Entries(TextOffsets Offsets, JsonArray? Prompt, JsonArray? Answer)
    {
        public void Write(Utf8JsonWriter json)
        {
            if (Prompt is null && Answer is null)
            {
                json.WriteNull("logprobs");
                return;
            }
            JsonNode?[] all = [.. Prompt ?? [], .. Answer ?? []];
            json.WriteStartObject("logprobs");
            json.WriteStartArray("tokens");
            foreach (var entry in all)
                json.WriteStringValue(TokenLogprob.Token(entry));
            json.WriteEndArray();
            json.WriteStartArray("token_logprobs");
            foreach (var entry in all)
                WriteLogprob(json, entry);
            json.WriteEndArray();
            json.WriteStartArray("top_logprobs");
            foreach (var entry in all)
                WriteTop(json, entry);
            json.WriteEndArray();
            json.WriteStartArray("text_offset");
            foreach (var entry in Prompt ?? [])
                json.WriteNumberValue(Offsets.OfPrompt(entry));
            foreach (var entry in Answer ?? [])
                json.WriteNumberValue(Offsets.OfAnswer(entry));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        // Nothing precedes a prompt's first token, so nothing says how likely it was.
        private static void WriteLogprob(Utf8JsonWriter json, JsonNode? entry)
        {
            if (TokenLogprob.IsKnown(entry))
                json.WriteNumberValue(TokenLogprob.Logprob(entry));
            else
                json.WriteNullValue();
        }

        private static void WriteTop(Utf8JsonWriter json, JsonNode? entry)
        {
            if (!TokenLogprob.IsKnown(entry))
            {
                json.WriteNullValue();
                return;
            }
            json.WriteStartObject();
            // Tokens of different bytes can read alike (each half of a character is U+FFFD); the likeliest keeps the name.
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var other in TokenLogprob.Top(entry) ?? [])
                if (seen.Add(TokenLogprob.Token(other)))
                    json.WriteNumber(TokenLogprob.Token(other), TokenLogprob.Logprob(other));
            // As at OpenAI the token itself is always among them, so there may be one more than were asked for.
            if (seen.Add(TokenLogprob.Token(entry)))
                json.WriteNumber(TokenLogprob.Token(entry), TokenLogprob.Logprob(entry));
            json.WriteEndObject();
        }
    }
}
