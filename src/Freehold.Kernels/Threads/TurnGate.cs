namespace Freehold.Kernels.Threads;

/// <summary>
/// Lets one caller at a time have the threads of a <see cref="WorkerPool"/>, in the order in which they asked: who has just had a turn stands behind all who
/// wait, so that nobody starves. Takes some tens of nanoseconds while nobody waits, and allocates nothing.
/// </summary>
public sealed class TurnGate
{
    private readonly object _door = new();
    private long _nextTicket, _served;

    /// <summary>Whether somebody has the turn or waits for it.</summary>
    public bool IsTaken => Volatile.Read(ref _nextTicket) != Volatile.Read(ref _served);

    /// <summary>Waits for the turn; dispose what is returned to end it. It may not be taken twice by one caller: that would wait for ever.</summary>
    public Turn Take()
    {
        lock (_door)
        {
            var ticket = _nextTicket++;
            while (_served != ticket)
                Monitor.Wait(_door);
        }
        return new Turn(this);
    }

    private void End()
    {
        lock (_door)
        {
            _served++;
            Monitor.PulseAll(_door);
        }
    }

    /// <summary>One caller's turn. Dispose it once.</summary>
    public readonly ref struct Turn
    {
        private readonly TurnGate _gate;

        internal Turn(TurnGate gate) => _gate = gate;

        /// <summary>Ends the turn.</summary>
        public void Dispose() => _gate.End();
    }
}
