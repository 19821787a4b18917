using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>Runs a request's generation and answers with it, line by line or whole.</summary>
internal sealed class Answering(GatewayMeter meter, TimeProvider clock, ILogger<Answering> log)
{
    /// <summary>Answers a conversation; one without messages asks for nothing but that the model be loaded.</summary>
    public async Task AnswerAsync(HttpContext http, RequestScope scope, ServedModel model, IReadOnlyList<ChatMessage> messages, AnswerFields answer, AnswerShape shape, Durations durations)
    {
        OptionFields.Check(answer.Context, model);
        var writer = new AnswerWriter(model.Id, shape, durations, clock);
        if (messages.Count == 0)
        {
            answer.Inert.Tell(http);
            await WriteAsync(http, json => writer.WriteDone(json, "load"));
            return;
        }
        answer.Thinking.Apply(answer.Options, model, answer.Inert);
        EarlierThinking.Note(messages, model, answer.Inert, "messages[].thinking");
        scope.Principal.Stamp(answer.Options.AdditionalProperties!, null);
        answer.Inert.Tell(http);
        var generation = new Generation(0, 0, messages, answer.Options);
        await (answer.Stream ? StreamAsync(http, model, generation, writer, durations) : WholeAsync(http, model, generation, writer, durations));
    }

    /// <summary>Begins to measure an answer.</summary>
    public Durations Begin() => new(clock);

    /// <summary>Tells that a model was unloaded.</summary>
    public Task TellUnloadedAsync(HttpContext http, ModelCard card, AnswerFields answer, AnswerShape shape)
    {
        answer.Inert.Tell(http);
        return WriteAsync(http, json => new AnswerWriter(card.Id, shape, new Durations(clock), clock).WriteDone(json, "unload"));
    }

    /// <summary>What a streamed answer says while its model is being loaded; null for one that comes whole.</summary>
    public EarlyStream? EarlyOf(HttpContext http, ModelCard card, AnswerFields answer, AnswerShape shape)
    {
        if (!answer.Stream)
            return null;
        var gone = http.RequestAborted;
        var lines = new LineStream(http.Response);
        var writer = new AnswerWriter(card.Id, shape, new Durations(clock), clock);
        return new EarlyStream(() =>
        {
            answer.Inert.Tell(http);
            Start(lines);
            return lines.SendAsync(writer, static (json, told) => told.WritePiece(json, AnswerPart.Nothing, null), gone);
        }, refusal => lines.SendAsync(refusal, static (json, told) => OllamaDialect.WriteError(json, told), gone));
    }

    private async Task WholeAsync(HttpContext http, ServedModel model, Generation generation, AnswerWriter writer, Durations durations)
    {
        var usage = new UsageTotals();
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new GatheredCalls());
        var (logprobs, reason) = (new JsonArray(), ChatFinishReason.Stop);
        using var measured = meter.Begin(model.Id, clock, usage);
        await foreach (var piece in Generation.RunAsync(model.Chat!, [generation], http))
        {
            durations.First();
            UnenforcedHeader.Tell(http.Response, piece.Unenforced);
            text.Append(piece.Text);
            thinking.Append(piece.Reasoning);
            calls.Add(piece);
            foreach (var entry in piece.Logprobs ?? [])
                logprobs.Add(entry?.DeepClone());
            reason = piece.Finish ?? reason;
            if (piece.Usage is { } counts)
                usage.Add(0, counts);
            if (piece.HasContent)
                measured.Step(0);
        }
        await WriteAsync(http, json => writer.WriteEnd(json, new AnswerPart(text.ToString(), thinking.Length > 0 ? thinking.ToString() : null, calls.Whole), logprobs, ReasonOf(reason), usage));
    }

    private async Task StreamAsync(HttpContext http, ServedModel model, Generation generation, AnswerWriter writer, Durations durations)
    {
        var gone = http.RequestAborted;
        var (usage, reason, calls) = (new UsageTotals(), ChatFinishReason.Stop, new GatheredCalls());
        using var lines = new LineStream(http.Response);
        using var measured = meter.Begin(model.Id, clock, usage);
        try
        {
            await using var pieces = Generation.RunAsync(model.Chat!, [generation], http).GetAsyncEnumerator(gone);
            var more = await FirstPiece.WaitAsync(pieces, clock, () =>
            {
                Start(lines);
                return lines.SendAsync(writer, static (json, told) => told.WritePiece(json, AnswerPart.Nothing, null), gone);
            });
            durations.First();
            if (more)
                UnenforcedHeader.Tell(http.Response, pieces.Current.Unenforced);
            Start(lines);
            var lastSent = clock.GetTimestamp();
            for (; more; more = await pieces.MoveNextAsync())
            {
                var piece = pieces.Current;
                reason = piece.Finish ?? reason;
                if (piece.Usage is { } counts)
                    usage.Add(0, counts);
                if (!piece.HasContent && piece.WholeCalls is null)
                    continue;
                measured.Step(0);
                // Calls are told whole. While one is long in coming, an object without news keeps the connection in use.
                var part = new AnswerPart(piece.Text, piece.Reasoning, calls.Add(piece));
                if (!part.HasContent && piece.Logprobs is null && clock.GetElapsedTime(lastSent) < FirstPiece.Patience)
                    continue;
                await lines.SendAsync((writer, part, piece.Logprobs), static (json, told) => told.writer.WritePiece(json, told.part, told.Logprobs), gone);
                lastSent = clock.GetTimestamp();
            }
            await lines.SendAsync((writer, reason, usage), static (json, told) => told.writer.WriteEnd(json, AnswerPart.Nothing, null, ReasonOf(told.reason), told.usage), gone);
        }
        catch (Exception failure) when (lines.Started && !gone.IsCancellationRequested)
        {
            // The status is sent already: say it inside the stream, which then never says that it is done.
            await lines.SendAsync(Failures.Explain(failure, model, log), static (json, told) => OllamaDialect.WriteError(json, told), gone);
        }
    }

    // Ollama has no word of its own for an answer that ends with calls.
    private static string ReasonOf(ChatFinishReason reason) => reason == ChatFinishReason.ToolCalls ? ChatFinishReason.Stop.Value : reason.Value;

    private static void Start(LineStream lines)
    {
        if (!lines.Started)
            lines.Start();
    }

    private static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        write(json);
    }
}
