using System.Threading.Channels;

namespace Freehold.Engine.Lifecycle;

/// <summary>Runs what it is given one after the other, in order, on the thread pool: the state that only turns touch has one owner and needs no lock.</summary>
internal sealed class Turns
{
    private readonly Channel<Action> _mailbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Action _afterEach;
    private readonly Action<Exception> _broken;
    private readonly List<Action> _told = [];

    /// <summary>Begins.</summary>
    /// <param name="afterEach">Runs behind every turn, as part of it.</param>
    /// <param name="broken">Runs once, last of all, where a turn threw, which none should: the state cannot be trusted any more.</param>
    public Turns(Action afterEach, Action<Exception> broken)
    {
        (_afterEach, _broken) = (afterEach, broken);
        Ended = Task.Run(RunAsync);
    }

    /// <summary>Done when the last turn has run.</summary>
    public Task Ended { get; }

    /// <summary>Adds a turn; false where no more are taken.</summary>
    public bool Post(Action turn) => _mailbox.Writer.TryWrite(turn);

    /// <summary>
    /// Says something to those outside when the turn under way is over, and what runs behind it too: who has been told of a change finds it wherever he looks then.
    /// For turns alone.
    /// </summary>
    public void Tell(Action word) => _told.Add(word);

    /// <summary>Takes no more turns; those that are here still run.</summary>
    public void Close() => _mailbox.Writer.TryComplete();

    private async Task RunAsync()
    {
        try
        {
            await foreach (var turn in _mailbox.Reader.ReadAllAsync())
            {
                turn();
                _afterEach();
                SayTold();
            }
        }
        catch (Exception fault)
        {
            Close();
            _broken(fault);
            SayTold();
        }
    }

    private void SayTold()
    {
        foreach (var word in _told)
            word();
        _told.Clear();
    }
}
