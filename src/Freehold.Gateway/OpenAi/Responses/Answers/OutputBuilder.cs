using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>Makes items of a model's pieces, and tells each step.</summary>
/// <param name="state">The response whose output it is.</param>
/// <param name="events">Where it is told.</param>
/// <param name="seal">Seals thinking; null where nobody asked for that.</param>
internal sealed class OutputBuilder(ResponseState state, ResponseEvents events, Func<string, string>? seal)
{
    private readonly bool _logprobs = state.Request.Options.AdditionalProperties!.ContainsKey("logprobs");
    private OutputItem? _open;
    private ChatFinishReason? _finish;

    /// <summary>Takes a piece in.</summary>
    public async ValueTask AddAsync(Piece piece, CancellationToken cancellationToken)
    {
        if (piece.Usage is { } usage)
            state.Usage.Add(0, usage);
        if (piece.Reasoning is { } thought)
        {
            var item = await OpenAsync(index => new ReasoningOutput(index), cancellationToken);
            item.Text.Append(thought);
            await events.ReasoningAsync(item, thought, cancellationToken);
        }
        // Text behind a call that is not whole is that call's own: what there was of it when the answer was cut. The item shows it already.
        if ((piece.Text.Length > 0 || piece.Logprobs is { Count: > 0 }) && _open is not CallOutput)
            await SayAsync(piece, cancellationToken);
        foreach (var call in piece.Calls ?? [])
            await CallAsync(call, cancellationToken);
        foreach (var id in piece.WholeCalls ?? [])
            if (_open is CallOutput open && open.CallId == id)
                await CloseAsync(ResponseState.Completed, cancellationToken);
        _finish = piece.Finish ?? _finish;
    }

    /// <summary>The model has ended: nothing stays open, and the response has its status.</summary>
    public async ValueTask EndAsync(long now, CancellationToken cancellationToken)
    {
        var isCut = _finish == ChatFinishReason.Length;
        if (state.Output.Count == 0)
            await OpenAsync(index => new MessageOutput(index, _logprobs), cancellationToken);
        await CloseAsync(isCut || _open is CallOutput ? ResponseState.Incomplete : ResponseState.Completed, cancellationToken);
        state.Status = isCut ? ResponseState.Incomplete : ResponseState.Completed;
        state.EndedAt = now;
    }

    private async ValueTask SayAsync(Piece piece, CancellationToken cancellationToken)
    {
        var item = await OpenAsync(index => new MessageOutput(index, _logprobs), cancellationToken);
        item.Text.Append(piece.Text);
        foreach (var entry in piece.Logprobs ?? [])
            item.Logprobs.Add(entry?.DeepClone());
        await events.TextAsync(item, piece.Text, piece.Logprobs, cancellationToken);
    }

    private async ValueTask CallAsync(CallPiece call, CancellationToken cancellationToken)
    {
        if (call.Name is { } name)
        {
            await CloseAsync(ResponseState.Completed, cancellationToken);
            await OpenAsync(index => new CallOutput(index, call.Id, state.Request.Tools.FaceOf(name)), cancellationToken);
        }
        if (_open is not CallOutput item || item.CallId != call.Id)
            throw new InvalidOperationException($"a piece of the call {call.Id} came behind its end");
        item.Arguments.Append(call.Arguments);
        // The input of a custom tool is a string inside its arguments: it is told when it is whole.
        if (!item.Face.IsCustom && call.Arguments.Length > 0)
            await events.CallAsync(item, call.Arguments, cancellationToken);
    }

    private async ValueTask<TItem> OpenAsync<TItem>(Func<int, TItem> make, CancellationToken cancellationToken)
        where TItem : OutputItem
    {
        if (_open is TItem open and not CallOutput)
            return open;
        await CloseAsync(ResponseState.Completed, cancellationToken);
        var item = make(state.Output.Count);
        _open = item;
        state.Output.Add(item);
        await events.ItemAsync("added", item, cancellationToken);
        if (item is not CallOutput)
            await events.PartAsync("added", item, isWhole: false, cancellationToken);
        return item;
    }

    private async ValueTask CloseAsync(string status, CancellationToken cancellationToken)
    {
        var item = _open;
        _open = null;
        switch (item)
        {
            case null:
                return;
            case MessageOutput message:
                message.Status = status;
                await events.TextDoneAsync(message, _logprobs, cancellationToken);
                await events.PartAsync("done", message, isWhole: true, cancellationToken);
                break;
            case ReasoningOutput thinking:
                thinking.Status = status;
                thinking.Sealed = seal?.Invoke(thinking.Text.ToString());
                await events.ReasoningDoneAsync(thinking, cancellationToken);
                await events.PartAsync("done", thinking, isWhole: true, cancellationToken);
                break;
            // A call that was cut is told as incomplete, and never as done: it must not be run.
            case CallOutput call:
                call.Status = status;
                if (status != ResponseState.Completed)
                    break;
                if (call.Face.IsCustom)
                    await events.CallAsync(call, call.Told, cancellationToken);
                await events.CallDoneAsync(call, cancellationToken);
                break;
        }
        await events.ItemAsync("done", item, cancellationToken);
    }
}
