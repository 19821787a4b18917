using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Answers;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>The events of a response that is made in the background, for whoever reads them now or later. One writes, many read.</summary>
internal sealed class EventLog : IEventSink
{
    private readonly List<(string Type, string Json)> _events = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    public ValueTask SendAsync<TState>(string type, TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken)
    {
        var text = ListJson.Text((type, number: _events.Count, state, write), static (json, told) => EventJson.Write(json, told.type, told.number, told.state, told.write));
        Grow(() => _events.Add((type, text)));
        return ValueTask.CompletedTask;
    }

    /// <summary>No event comes any more.</summary>
    public void End() => Grow(() => _ended = true);

    /// <summary>The events from that number on, those to come too.</summary>
    public async IAsyncEnumerable<(string Type, string Json)> ReadAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = from; ; next++)
        {
            (string, string) found;
            while (true)
            {
                Task more;
                lock (_lock)
                {
                    if (next < _events.Count)
                    {
                        found = _events[next];
                        break;
                    }
                    if (_ended)
                        yield break;
                    more = _more.Task;
                }
                await more.WaitAsync(cancellationToken);
            }
            yield return found;
        }
    }

    private void Grow(Action change)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            change();
            before = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        before.SetResult();
    }
}
