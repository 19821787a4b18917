using Freehold.Engine.Refusals;
using Freehold.Engine.Sequences;

namespace Freehold.Engine;

/// <summary>How sequences come in, and leave before their time.</summary>
internal sealed partial class EngineCore
{
    /// <summary>Lets a sequence in; it takes part from the next step on.</summary>
    /// <exception cref="RequestRefusedException">Too many are here.</exception>
    public void Enter(Sequence sequence)
    {
        if (_limits.Enter(sequence.Client) is { } full)
            throw new RequestRefusedException(RefusalCodes.QueueFull, full) { RetryAfter = _estimate.Of(0, sequence.Priority) };
        sequence.SubmittedAt = _clock.GetTimestamp();
        lock (_doorLock)
            _door.Add(sequence);
        _someoneAtDoor = true;
    }

    /// <summary>Some sequence is not wanted any more.</summary>
    public void NoteCancel() => _someoneCancelled = true;

    private void TakeIn()
    {
        if (!_someoneAtDoor)
            return;
        lock (_doorLock)
        {
            (_door, _entered) = (_entered, _door);
            _someoneAtDoor = false;
        }
        foreach (var sequence in _entered)
        {
            sequence.Order = _order++;
            _waiting.Add(sequence);
            var refusal = RefusalOf(sequence);
            _backlog.Enter(sequence);
            if (refusal is not null)
            {
                _waiting.Take(sequence);
                Finish(sequence, refusal);
            }
        }
        _entered.Clear();
        // Someone may have been cancelled before coming in.
        _someoneCancelled = true;
    }

    // Here and not at the door: only the engine's thread knows how much of the prompt is cached.
    private RequestRefusedException? RefusalOf(Sequence sequence)
    {
        if (sequence.FirstTokenWithin is not { } within || !(_estimate.Of(sequence.PromptLength, sequence.Priority) > within))
            return null;
        Pages.TakeShared(sequence);
        var own = sequence.Uncomputed;
        Pages.TakeBack(sequence);
        sequence.Rewind();
        if (!(_estimate.Of(own, sequence.Priority) is { } expected && expected > within))
            return null;
        var rate = _throughput.TokensPerSecond;
        var isLate = own / rate <= within.TotalSeconds;
        return new RequestRefusedException(RefusalCodes.DeadlineUnreachable, FormattableString.Invariant(
            $"the first token would come after {expected.TotalSeconds:0.0} s, and the request allows {within.TotalSeconds:0.0} s: {_backlog.TokensAhead(sequence.Priority)} tokens are to be computed before its own {own}, at {rate:0} a second. ") +
            (isLate ? "Try again later, or allow more time" : "Its own prompt takes longer than that: shorten it, or allow more time"))
        { RetryAfter = isLate ? expected - within : null };
    }

    private void DropCancelled()
    {
        if (!_someoneCancelled)
            return;
        _someoneCancelled = false;
        for (var i = _scheduler.Running.Count - 1; i >= 0; i--)
            if (_scheduler.Running[i].Stream.IsCancelled)
                Finish(_scheduler.Running[i], null);
        _waiting.RemoveCancelled(_drop);
    }
}
