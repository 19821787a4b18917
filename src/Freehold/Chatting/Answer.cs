using System.Text;
using Microsoft.Extensions.AI;

namespace Freehold.Chatting;

/// <summary>One answer, written as it comes.</summary>
/// <param name="Text">All of it.</param>
/// <param name="Finish">Why it ended; null when it was interrupted.</param>
/// <param name="Usage">Token counts, where the model told them.</param>
internal sealed record Answer(string Text, ChatFinishReason? Finish, UsageDetails? Usage)
{
    /// <summary>
    /// Asks and writes each piece to <paramref name="output"/> at once. With <paramref name="keepPartial"/> an interruption gives what there is
    /// so far, rather than throwing.
    /// </summary>
    public static async Task<Answer> WriteAsync(IChatClient model, IReadOnlyList<ChatMessage> messages, ChatOptions options, TextWriter output, bool keepPartial, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var thinks = false;
        ChatFinishReason? finish = null;
        UsageDetails? usage = null;
        try
        {
            await foreach (var update in model.GetStreamingResponseAsync(messages, options, cancellationToken).WithCancellation(cancellationToken))
            {
                finish = update.FinishReason ?? finish;
                foreach (var content in update.Contents)
                    if (content is UsageContent counts)
                        usage = counts.Details;
                // Thinking is shown, and is no part of the answer: models are not asked to read their old thoughts.
                var thought = string.Concat(update.Contents.OfType<TextReasoningContent>().Select(part => part.Text));
                var gap = thinks && update.Text.Length > 0 ? "\n\n" : "";
                thinks = (thinks || thought.Length > 0) && gap.Length == 0;
                if (update.Text.Length + thought.Length == 0)
                    continue;
                text.Append(update.Text);
                await output.WriteAsync(thought + gap + update.Text);
                await output.FlushAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (keepPartial && cancellationToken.IsCancellationRequested)
        {
            return new Answer(text.ToString(), null, usage);
        }
        return new Answer(text.ToString(), finish, usage);
    }
}
