using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>Runs a request's generations and answers with them, streamed or whole.</summary>
internal sealed class Answering(GatewayMeter meter, TimeProvider clock, ILogger<Answering> log)
{
    /// <summary>Log-probabilities of prompts' tokens that one answer may hold, alternatives included: each takes some hundred bytes until the answer is written.</summary>
    private const int MaxPromptLogprobs = 250_000;

    public Task AnswerAsync(HttpContext http, ServedModel model, AnswerHead head, AnswerShape shape, IReadOnlyList<Generation> generations, StreamFields streaming, BestOf best = default) =>
        streaming.Stream
            ? StreamAsync(http, model, head, shape, generations, streaming.IncludeUsage)
            : WholeAsync(http, model, head, shape, generations, best);

    /// <summary>What a streamed answer says while its model is being loaded; null for one that comes whole.</summary>
    public static EarlyStream? EarlyOf(HttpContext http, AnswerHead head, AnswerShape shape, StreamFields streaming, InertFields inert)
    {
        if (!streaming.Stream)
            return null;
        var events = new EventStream(http.Response);
        var chunks = new ChunkWriter(events, head, shape, streaming.IncludeUsage);
        return new EarlyStream(() =>
        {
            inert.Tell(http);
            chunks.Start();
            return chunks.KeepAliveAsync(http.RequestAborted);
        }, refusal => events.SendAsync(refusal, static (json, told) => OpenAiDialect.WriteError(json, told), http.RequestAborted));
    }

    private async Task WholeAsync(HttpContext http, ServedModel model, AnswerHead head, AnswerShape shape, IReadOnlyList<Generation> generations, BestOf best)
    {
        var usage = new UsageTotals();
        var choices = generations.Select(generation => new GatheredChoice(generation.Prompt)).ToArray();
        var promptLogprobs = 0;
        using var measured = meter.Begin(model.Id, clock, usage);
        await foreach (var given in Generation.RunAsync(model.Chat!, generations, http))
        {
            var piece = shape.Adapt(given);
            var choice = choices[piece.Choice];
            UnenforcedHeader.Tell(http.Response, piece.Unenforced);
            choice.Text.Append(piece.Text);
            choice.Reasoning.Append(piece.Reasoning);
            choice.Calls.Add(piece);
            if (piece.PromptLogprobs is { } prompt)
            {
                choice.PromptLogprobs = prompt;
                promptLogprobs += prompt.Sum(entry => 1 + (TokenLogprob.Top(entry)?.Count ?? 0));
                if (promptLogprobs > MaxPromptLogprobs)
                    throw RefusedException.Field("echo", $"'echo' with 'logprobs' makes more than {MaxPromptLogprobs} log-probabilities of prompts' tokens in one answer; send fewer or shorter prompts, ask for fewer logprobs, or stream.");
            }
            foreach (var entry in piece.Logprobs ?? [])
                choice.Logprobs.Add(entry?.DeepClone());
            if (piece.Finish is { } finish)
                choice.Finish = finish.Value;
            if (piece.Usage is { } counts)
                usage.Add(generations[piece.Choice].Prompt, counts);
            if (piece.HasContent)
                measured.Step(piece.Choice);
        }
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        head.Write(json, shape.Kind);
        json.WriteStartArray("choices");
        var selected = best.Select(choices);
        for (var i = 0; i < selected.Count; i++)
            shape.WriteWhole(json, i, selected[i]);
        json.WriteEndArray();
        json.WritePropertyName("usage");
        UsageJson.Write(json, usage);
        json.WriteEndObject();
    }

    private async Task StreamAsync(HttpContext http, ServedModel model, AnswerHead head, AnswerShape shape, IReadOnlyList<Generation> generations, bool includeUsage)
    {
        var gone = http.RequestAborted;
        var usage = new UsageTotals();
        using var events = new EventStream(http.Response);
        using var measured = meter.Begin(model.Id, clock, usage);
        var chunks = new ChunkWriter(events, head, shape, includeUsage);
        try
        {
            await using var pieces = Generation.RunAsync(model.Chat!, generations, http).GetAsyncEnumerator(gone);
            // Nothing is sent before the first piece, so that a refusal still has its own status; unless that takes long.
            var more = await FirstPiece.WaitAsync(pieces, clock, async () =>
            {
                await chunks.OpenAsync(generations.Count, gone);
                await chunks.KeepAliveAsync(gone);
            });
            if (more)
                UnenforcedHeader.Tell(http.Response, pieces.Current.Unenforced);
            await chunks.OpenAsync(generations.Count, gone);
            for (; more; more = await pieces.MoveNextAsync())
            {
                var piece = shape.Adapt(pieces.Current);
                if (piece.Usage is { } counts)
                    usage.Add(generations[piece.Choice].Prompt, counts);
                if (piece.HasContent)
                    measured.Step(piece.Choice);
                if (piece.HasContent || piece.PromptLogprobs is not null)
                    await chunks.DeltaAsync(piece, gone);
                if (piece.Finish is { } finish)
                    await chunks.FinishAsync(piece.Choice, finish.Value, gone);
            }
            if (includeUsage)
                await chunks.UsageAsync(usage, gone);
            await chunks.DoneAsync(gone);
        }
        catch (Exception failure) when (events.Started && !gone.IsCancellationRequested)
        {
            // The status is sent already: say it inside the stream, and do not pretend that it was completed.
            var refusal = Failures.Explain(failure, model, log);
            await events.SendAsync(refusal, static (json, told) => OpenAiDialect.WriteError(json, told), gone);
        }
    }
}
