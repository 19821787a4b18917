using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>Runs a request's generation and answers with a message, as events or whole.</summary>
internal sealed class Answering(AnthropicDialect dialect, ThinkingSignature signatures, GatewayMeter meter, TimeProvider clock, ILogger<Answering> log)
{
    /// <summary>What a streamed message says while its model is being loaded: Anthropic's clients take a ping at any time.</summary>
    public EarlyStream EarlyOf(HttpContext http, InertFields inert)
    {
        var gone = http.RequestAborted;
        var events = new EventStream(http.Response);
        return new EarlyStream(() =>
        {
            inert.Tell(http);
            if (!events.Started)
                events.Start();
            return new MessageEvents(events, new MessageHead("", ""), 0, signatures, clock).PingAsync(gone);
        }, refusal => events.SendAsync((dialect, refusal, http.TraceIdentifier), static (json, told) => told.dialect.Write(json, told.refusal, told.TraceIdentifier), gone, "error"));
    }

    public async Task WholeAsync(HttpContext http, ServedModel model, Generation generation)
    {
        var blocks = new MessageBlocks(signatures);
        var ending = EndingOf(model, generation);
        using var measured = meter.Begin(model.Id, clock, ending.Usage);
        await foreach (var piece in Generation.RunAsync(model.Chat!, [generation], http))
        {
            UnenforcedHeader.Tell(http.Response, piece.Unenforced);
            blocks.Add(piece);
            ending.Add(piece);
            if (piece.HasContent)
                measured.Step(0);
        }
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        MessageHead.Of(model).Write(json);
        json.WritePropertyName("content");
        blocks.Write(json);
        ending.WriteReason(json);
        json.WritePropertyName("usage");
        ending.WriteUsage(json);
        json.WriteEndObject();
    }

    /// <summary>Answers with events.</summary>
    /// <param name="http">The request.</param>
    /// <param name="model">The model.</param>
    /// <param name="generation">What to ask it.</param>
    /// <param name="isEager">Whether a tool's input is told while it is written, though it may be cut; otherwise it is told when it is whole.</param>
    public async Task StreamAsync(HttpContext http, ServedModel model, Generation generation, Predicate<string> isEager)
    {
        var gone = http.RequestAborted;
        var ending = EndingOf(model, generation);
        // The message's beginning tells the prompt's length, before the model does.
        var promptTokens = model.Text?.Render(generation.Messages, generation.Options).Ids.Count ?? 0;
        using var events = new EventStream(http.Response);
        using var measured = meter.Begin(model.Id, clock, ending.Usage);
        var message = new MessageEvents(events, MessageHead.Of(model), promptTokens, signatures, clock);
        var calls = new StreamedCalls(message, isEager);
        try
        {
            await using var pieces = Generation.RunAsync(model.Chat!, [generation], http).GetAsyncEnumerator(gone);
            var more = await FirstPiece.WaitAsync(pieces, clock, async () =>
            {
                await message.OpenAsync(gone);
                await message.PingAsync(gone);
            });
            if (more)
                UnenforcedHeader.Tell(http.Response, pieces.Current.Unenforced);
            await message.OpenAsync(gone);
            for (; more; more = await pieces.MoveNextAsync())
            {
                var piece = pieces.Current;
                ending.Add(piece);
                if (piece.HasContent)
                    measured.Step(0);
                if (piece.Reasoning is { } thinking)
                    await message.ThinkingAsync(thinking, gone);
                if (piece.Text.Length > 0)
                    await message.TextAsync(piece.Text, gone);
                await calls.AddAsync(piece, gone);
            }
            await message.CloseAsync(ending, gone);
        }
        catch (Exception failure) when (events.Started && !gone.IsCancellationRequested)
        {
            // The status is sent already: say it inside the stream, which then never stops as a message does.
            var refusal = Failures.Explain(failure, model, log);
            await events.SendAsync((dialect, refusal, http.TraceIdentifier), static (json, told) => told.dialect.Write(json, told.refusal, told.TraceIdentifier), gone, "error");
        }
    }

    private static Ending EndingOf(ServedModel model, Generation generation) => new(generation.Options.MaxOutputTokens!.Value, model.ContextLength);
}
