using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>One response at a time for each conversation: two at once would not know of each other.</summary>
internal sealed class ConversationLocks
{
    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Takes a conversation's turn; nothing is taken for none.</summary>
    /// <exception cref="RefusedException">Another response has it (409).</exception>
    public ConversationLock Enter(string? conversation)
    {
        lock (_lock)
            if (conversation is not null && !_busy.Add(conversation))
                throw new RefusedException(new Refusal(409, ErrorCodes.ConversationLocked, "conversation", $"Another response of the conversation '{conversation}' is being made; wait until it has ended.", TimeSpan.FromSeconds(1)));
        return new ConversationLock(conversation is null ? null : () => Leave(conversation));
    }

    private void Leave(string conversation)
    {
        lock (_lock)
            _busy.Remove(conversation);
    }
}

/// <summary>A conversation's turn, until it is disposed or handed on.</summary>
/// <param name="release">Gives it back.</param>
internal sealed class ConversationLock(Action? release) : IDisposable
{
    private Action? _release = release;

    /// <summary>Hands it on to one that gives it back later.</summary>
    public ConversationLock Hand() => new(Interlocked.Exchange(ref _release, null));

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
