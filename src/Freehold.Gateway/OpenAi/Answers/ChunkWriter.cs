using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>The chunks of a streamed answer, in OpenAI's order: openings, deltas, finishes, usage.</summary>
internal sealed class ChunkWriter(EventStream events, AnswerHead head, AnswerShape shape, bool includeUsage)
{
    private readonly HashSet<int> _opened = [];
    private bool _isOpen;

    /// <summary>Starts the stream once, and says nothing.</summary>
    public void Start()
    {
        if (!events.Started)
            events.Start();
    }

    /// <summary>Starts the stream once, with each choice's opening unless that waits for the choice's first piece.</summary>
    public async ValueTask OpenAsync(int choices, CancellationToken cancellationToken)
    {
        if (_isOpen)
            return;
        _isOpen = true;
        Start();
        for (var choice = 0; !shape.OpensWithPiece && choice < choices; choice++)
            await OpenChoiceAsync(choice, null, cancellationToken);
    }

    /// <summary>An event that says nothing new: a comment would not reset the idle timers of some clients.</summary>
    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => SendAsync(0, shape.WriteNothing, cancellationToken);

    /// <summary>New text, behind the choice's opening.</summary>
    public async ValueTask DeltaAsync(Piece piece, CancellationToken cancellationToken)
    {
        await OpenChoiceAsync(piece.Choice, piece.PromptLogprobs, cancellationToken);
        if (piece.HasContent)
            await SendAsync(piece, (json, given) => shape.WriteDelta(json, given), cancellationToken);
    }

    public ValueTask FinishAsync(int choice, string reason, CancellationToken cancellationToken) =>
        SendAsync((choice, reason), (json, given) => shape.WriteFinish(json, given.choice, given.reason), cancellationToken);

    /// <summary>The line that ends a complete stream.</summary>
    public ValueTask DoneAsync(CancellationToken cancellationToken) => events.SendLineAsync("[DONE]", cancellationToken);

    /// <summary>The chunk without choices that carries the usage.</summary>
    public ValueTask UsageAsync(UsageTotals usage, CancellationToken cancellationToken) =>
        events.SendAsync((head, shape, usage), static (json, given) =>
        {
            json.WriteStartObject();
            given.head.Write(json, given.shape.ChunkKind);
            json.WriteStartArray("choices");
            json.WriteEndArray();
            json.WritePropertyName("usage");
            UsageJson.Write(json, given.usage);
            json.WriteEndObject();
        }, cancellationToken);

    private async ValueTask OpenChoiceAsync(int choice, JsonArray? promptLogprobs, CancellationToken cancellationToken)
    {
        if (shape.HasOpening && _opened.Add(choice))
            await SendAsync((choice, promptLogprobs), (json, given) => shape.WriteOpening(json, given.choice, given.promptLogprobs), cancellationToken);
    }

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
