using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>Stores a response when it begins and when it has ended, where it is stored at all.</summary>
internal sealed class ResponseKeeping(ResponseStore responses)
{
    /// <summary>Before anything is computed.</summary>
    public Task BeginAsync(ResponseRun run, CancellationToken cancellationToken) => !run.State.IsStored ? Task.CompletedTask
        : responses.BeginAsync(run.Owner, run.State.Id, run.State.Request.Continued.PreviousId, ResponseState.InProgress, BodyOf(run.State), StoredOf(run.Input), cancellationToken);

    /// <summary>When it has ended, however it did.</summary>
    public Task EndAsync(ResponseRun run, CancellationToken cancellationToken)
    {
        if (!run.State.IsStored)
            return Task.CompletedTask;
        StoredItem[] output = [.. run.State.Output.Select(item => new StoredItem(item.Id, ListJson.Text(item, static (json, item) => item.Write(json))))];
        var grown = run.State is { Request.Continued.ConversationId: { } conversation, Status: ResponseState.Completed or ResponseState.Incomplete }
            ? (conversation, (IReadOnlyList<StoredItem>)[.. StoredOf(run.Input), .. output])
            : ((string, IReadOnlyList<StoredItem>)?)null;
        return responses.EndAsync(run.State.Id, run.State.Status, BodyOf(run.State), output, grown, cancellationToken);
    }

    /// <summary>When it has no answer: it failed, or nobody wanted it any more.</summary>
    public async Task AbandonAsync(ResponseRun run, Refusal? error, long now)
    {
        (run.State.Status, run.State.Error, run.State.EndedAt) = (error is null ? ResponseState.Cancelled : ResponseState.Failed, error, now);
        foreach (var item in run.State.Output)
            if (item.Status == ResponseState.InProgress)
                item.Status = ResponseState.Incomplete;
        await EndAsync(run, CancellationToken.None);
    }

    /// <summary>Items as they are stored.</summary>
    public static StoredItem[] StoredOf(IReadOnlyList<Item> items) => [.. items.Select(item => new StoredItem(item.Id!, ListJson.Text(item, static (json, item) => item.Write(json))))];

    private static string BodyOf(ResponseState state) => ListJson.Text(state, static (json, state) => state.WriteWithoutOutput(json));
}
