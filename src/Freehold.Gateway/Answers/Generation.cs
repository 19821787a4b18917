using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Answers;

/// <summary>One call of the model for one choice.</summary>
/// <param name="Choice">The choice's index in the answer.</param>
/// <param name="Prompt">Which prompt it continues; choices of one prompt share its usage.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Options">The options of this choice alone.</param>
internal sealed record Generation(int Choice, int Prompt, IReadOnlyList<ChatMessage> Messages, ChatOptions Options)
{
    /// <summary>Steps that may wait between a model and its reader before the model's side waits: each response has its own.</summary>
    private const int Ahead = 64;

    /// <summary>
    /// The options for each of several choices: a seed moves on by one a choice, since n equal answers would be of no use;
    /// choice 0 has the seed that was asked for.
    /// </summary>
    public static ChatOptions OptionsOf(ChatOptions options, int choice)
    {
        var own = options.Clone();
        if (own.Seed is { } seed)
            own.Seed = unchecked(seed + choice);
        return own;
    }

    /// <summary>
    /// Runs all for a request: as urgent as its headers say, until it is over or something ends it before its time (<see cref="Cutoff"/>), and noted for the log.
    /// </summary>
    /// <exception cref="RefusedException">It was ended before its time.</exception>
    public static async IAsyncEnumerable<Piece> RunAsync(IChatClient client, IReadOnlyList<Generation> generations, HttpContext http)
    {
        var (cutoff, entry) = (Cutoff.Of(http), RequestEntry.Of(http));
        foreach (var generation in generations)
        {
            generation.TakePriority(cutoff.Urgency);
            if (cutoff.Urgency.FirstToken is { } within)
                generation.Further["first_token_within"] = within;
        }
        await using var pieces = RunAsync(client, generations, cutoff.Token).GetAsyncEnumerator(cutoff.Token);
        while (await NextAsync(pieces, cutoff, entry, http.RequestAborted))
        {
            entry?.Add(pieces.Current, generations[pieces.Current.Choice].Prompt);
            yield return pieces.Current;
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<Piece> pieces, Cutoff cutoff, RequestEntry? entry, CancellationToken gone)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (OperationCanceledException e) when (cutoff.Reason is not null && !gone.IsCancellationRequested)
        {
            throw new RefusedException(cutoff.Reason, e);
        }
        catch (Exception failure) when (entry is not null)
        {
            entry.Failure = failure;
            throw;
        }
    }

    /// <summary>Goes behind others where the request's headers say so.</summary>
    public void TakePriority(Urgency urgency)
    {
        if (urgency.IsBatch)
            Further["priority"] = "batch";
    }

    private AdditionalPropertiesDictionary Further => Options.AdditionalProperties ??= [];

    /// <summary>Runs all, interleaved as they come; the first failure ends all.</summary>
    public static IAsyncEnumerable<Piece> RunAsync(IChatClient client, IReadOnlyList<Generation> generations, CancellationToken cancellationToken) =>
        generations.Count == 1 ? generations[0].RunAsync(client, cancellationToken) : MergeAsync(client, generations, cancellationToken);

    private async IAsyncEnumerable<Piece> RunAsync(IChatClient client, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var finished = false;
        var calls = new CallPieces();
        await foreach (var update in client.GetStreamingResponseAsync(Messages, Options, cancellationToken).WithCancellation(cancellationToken))
        {
            var piece = PieceOf(update, calls);
            if (piece.HasContent || piece.PromptLogprobs is not null || piece.WholeCalls is not null || piece.Unenforced is not null || piece.Finish is not null || piece.Usage is not null)
                yield return piece;
            finished |= piece.Finish is not null;
        }
        if (!finished)
            yield return new Piece(Choice, "", null, null, ChatFinishReason.Stop, null);
    }

    private Piece PieceOf(ChatResponseUpdate update, CallPieces calls)
    {
        var text = "";
        string? reasoning = null;
        List<string>? whole = null;
        StringBuilder? several = null;
        UsageDetails? usage = null;
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent part when text.Length == 0:
                    text = part.Text;
                    break;
                case TextContent part:
                    (several ??= new StringBuilder(text)).Append(part.Text);
                    break;
                case TextReasoningContent { Text.Length: > 0 } thought:
                    reasoning += thought.Text;
                    break;
                case FunctionCallContent call:
                    (whole ??= []).Add(call.CallId);
                    break;
                case UsageContent counts:
                    usage = counts.Details;
                    break;
                case ErrorContent error:
                    throw new RefusedException(new Refusal(502, ErrorCodes.ModelError, null, error.Message));
            }
        }
        return new Piece(Choice, several?.ToString() ?? text, EntriesOf(update, "logprobs"), EntriesOf(update, "prompt_logprobs"), update.FinishReason, usage)
        {
            StopSequence = update.AdditionalProperties?.TryGetValue("stop_sequence", out var stop) is true ? stop as string : null,
            Reasoning = reasoning,
            Calls = calls.Of(update),
            WholeCalls = whole,
            Unenforced = update.AdditionalProperties?.TryGetValue("unenforced", out var gaps) is true ? gaps as string[] : null,
        };
    }

    private static JsonArray? EntriesOf(ChatResponseUpdate update, string name) =>
        update.AdditionalProperties?.TryGetValue(name, out var found) is true ? found as JsonArray : null;

    private static async IAsyncEnumerable<Piece> MergeAsync(IChatClient client, IReadOnlyList<Generation> generations, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<Piece>(new BoundedChannelOptions(Ahead) { SingleReader = true });
        var all = Task.WhenAll(generations.Select(generation => PumpAsync(generation, stop)));
        var closing = all.ContinueWith(done => channel.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var piece in channel.Reader.ReadAllAsync(cancellationToken))
                yield return piece;
        }
        finally
        {
            await stop.CancelAsync();
            await closing; // nobody writes, and no model runs, once the answer has ended
        }

        async Task PumpAsync(Generation generation, CancellationTokenSource stop)
        {
            try
            {
                await foreach (var piece in generation.RunAsync(client, stop.Token))
                    await channel.Writer.WriteAsync(piece, stop.Token);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                channel.Writer.TryComplete(failure);
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
