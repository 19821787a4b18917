using System.Text.Json;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>The chunks of a streamed answer, in OpenAI's order: openings, deltas, finishes, usage.</summary>
internal sealed class ChunkWriter(EventStream events, AnswerHead head, AnswerShape shape, bool includeUsage)
{
    /// <summary>Starts the stream once, with each choice's opening.</summary>
    public async ValueTask OpenAsync(int choices, CancellationToken cancellationToken)
    {
        if (events.Started)
            return;
        events.Start();
        for (var choice = 0; shape.HasOpening && choice < choices; choice++)
            await SendAsync(choice, shape.WriteOpening, cancellationToken);
    }

    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => events.SendCommentAsync("waiting for the first token", cancellationToken);

    public ValueTask DeltaAsync(Piece piece, CancellationToken cancellationToken) =>
        SendAsync(piece, (json, given) => shape.WriteDelta(json, given), cancellationToken);

    public ValueTask FinishAsync(int choice, string reason, CancellationToken cancellationToken) =>
        SendAsync((choice, reason), (json, given) => shape.WriteFinish(json, given.choice, given.reason), cancellationToken);

    /// <summary>The chunk without choices that carries the usage.</summary>
    public ValueTask UsageAsync(UsageTotals usage, CancellationToken cancellationToken) =>
        events.SendAsync((head, shape, usage), static (json, given) =>
        {
            json.WriteStartObject();
            given.head.Write(json, given.shape.ChunkKind);
            json.WriteStartArray("choices");
            json.WriteEndArray();
            json.WritePropertyName("usage");
            given.usage.Write(json);
            json.WriteEndObject();
        }, cancellationToken);

    private ValueTask SendAsync<TState>(TState state, Action<Utf8JsonWriter, TState> writeChoice, CancellationToken cancellationToken) =>
        events.SendAsync((this, state, writeChoice), static (json, given) =>
        {
            var (self, inner, write) = given;
            json.WriteStartObject();
            self.WriteHead(json);
            json.WriteStartArray("choices");
            write(json, inner);
            json.WriteEndArray();
            if (self.IncludesUsage)
                json.WriteNull("usage"); // every chunk says so when usage was asked for; the last one has it
            json.WriteEndObject();
        }, cancellationToken);

    private bool IncludesUsage => includeUsage;

    private void WriteHead(Utf8JsonWriter json) => head.Write(json, shape.ChunkKind);
}
