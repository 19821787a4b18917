using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>Runs a request's generation and answers with it, line by line or whole.</summary>
internal sealed class Answering(GatewayMeter meter, TimeProvider clock, ILogger<Answering> log)
{
    /// <summary>Answers a conversation; one without messages asks for nothing but that the model be loaded.</summary>
    public async Task AnswerAsync(HttpContext http, RequestScope scope, ServedModel model, IReadOnlyList<ChatMessage> messages, AnswerFields answer, AnswerShape shape)
    {
        var durations = new Durations(clock);
        OptionFields.Check(answer.Context, model);
        var writer = new AnswerWriter(model, shape, durations, clock);
        if (messages.Count == 0)
        {
            if (answer.Unload)
                throw RefusedException.Field("keep_alive", $"'keep_alive' 0 asks to unload '{model.Id}', which stays while it is served; stop the server to free it.", "unsupported_value");
            answer.Inert.Tell(http);
            await WriteAsync(http, json => writer.WriteLoaded(json));
            return;
        }
        scope.Principal.Stamp(answer.Options.AdditionalProperties!, null);
        answer.Inert.Tell(http);
        var generation = new Generation(0, 0, messages, answer.Options);
        await (answer.Stream ? StreamAsync(http, model, generation, writer, durations) : WholeAsync(http, model, generation, writer, durations));
    }

    private async Task WholeAsync(HttpContext http, ServedModel model, Generation generation, AnswerWriter writer, Durations durations)
    {
        var usage = new UsageTotals();
        var (text, logprobs, reason) = (new StringBuilder(), new JsonArray(), ChatFinishReason.Stop);
        using var measured = meter.Begin(model.Id, clock, usage);
        await foreach (var piece in Generation.RunAsync(model.Chat!, [generation], http.RequestAborted))
        {
            durations.First();
            text.Append(piece.Text);
            foreach (var entry in piece.Logprobs ?? [])
                logprobs.Add(entry?.DeepClone());
            reason = piece.Finish ?? reason;
            if (piece.Usage is { } counts)
                usage.Add(0, counts);
            if (piece.HasContent)
                measured.Step(0);
        }
        await WriteAsync(http, json => writer.WriteEnd(json, text.ToString(), logprobs, reason.Value, usage));
    }

    private async Task StreamAsync(HttpContext http, ServedModel model, Generation generation, AnswerWriter writer, Durations durations)
    {
        var gone = http.RequestAborted;
        var (usage, reason) = (new UsageTotals(), ChatFinishReason.Stop);
        using var lines = new LineStream(http.Response);
        using var measured = meter.Begin(model.Id, clock, usage);
        try
        {
            await using var pieces = Generation.RunAsync(model.Chat!, [generation], gone).GetAsyncEnumerator(gone);
            var more = await FirstPiece.WaitAsync(pieces, clock, () =>
            {
                Start(lines);
                return lines.SendAsync(writer, static (json, told) => told.WritePiece(json, "", null), gone);
            });
            durations.First();
            Start(lines);
            for (; more; more = await pieces.MoveNextAsync())
            {
                var piece = pieces.Current;
                reason = piece.Finish ?? reason;
                if (piece.Usage is { } counts)
                    usage.Add(0, counts);
                if (!piece.HasContent)
                    continue;
                measured.Step(0);
                await lines.SendAsync((writer, piece), static (json, told) => told.writer.WritePiece(json, told.piece.Text, told.piece.Logprobs), gone);
            }
            await lines.SendAsync((writer, reason, usage), static (json, told) => told.writer.WriteEnd(json, "", null, told.reason.Value, told.usage), gone);
        }
        catch (Exception failure) when (lines.Started && !gone.IsCancellationRequested)
        {
            // The status is sent already: say it inside the stream, which then never says that it is done.
            await lines.SendAsync(Failures.Explain(failure, model, log), static (json, told) => OllamaDialect.WriteError(json, told), gone);
        }
    }

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
