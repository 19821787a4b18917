using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>
/// The calls of a streamed message. A call is told when it is whole, for clients mend what was cut and may run it; unless the request wants it while it is written.
/// </summary>
internal sealed class StreamedCalls(MessageEvents message, Predicate<string> isEager)
{
    private readonly GatheredCalls _calls = new();
    private readonly HashSet<string> _eager = new(StringComparer.Ordinal);

    public async ValueTask AddAsync(Piece piece, CancellationToken cancellationToken)
    {
        foreach (var call in piece.Calls ?? [])
        {
            if (call.Name is { } name && isEager(name) && _eager.Add(call.Id))
                await message.CallAsync(call.Id, name, cancellationToken);
            if (_eager.Contains(call.Id) && call.Arguments.Length > 0)
                await message.InputAsync(call.Arguments, cancellationToken);
        }
        foreach (var whole in _calls.Add(piece))
        {
            if (_eager.Contains(whole.Id))
                continue;
            await message.CallAsync(whole.Id, whole.Name, cancellationToken);
            await message.InputAsync(whole.Arguments, cancellationToken);
        }
        if (piece.Calls is not null)
            await message.KeepAliveAsync(cancellationToken);
    }
}
