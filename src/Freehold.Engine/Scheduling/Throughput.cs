namespace Freehold.Engine.Scheduling;

/// <summary>How fast prompts are read and answers end, measured while there is work: sums of which each step or answer forgets a tenth. Written by the engine's thread, read by any.</summary>
internal sealed class Throughput
{
    private const double Kept = 0.9;
    private double _rows, _seconds, _ends, _busy, _sinceEnd;
    private double _tokensPerSecond, _secondsPerEnd;

    /// <summary>Tokens of prompts computed in a second, beside the answers being decoded; 0 before anything was measured.</summary>
    public double TokensPerSecond => Volatile.Read(ref _tokensPerSecond);

    /// <summary>Seconds of work from one answer's end to the next; 0 before anything was measured.</summary>
    public double SecondsPerEnd => Volatile.Read(ref _secondsPerEnd);

    /// <summary>A step was computed.</summary>
    /// <param name="promptRows">Rows of prompts in it.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Step(int promptRows, TimeSpan elapsed)
    {
        _sinceEnd += elapsed.TotalSeconds;
        if (promptRows == 0)
            return;
        (_rows, _seconds) = (Kept * _rows + promptRows, Kept * _seconds + elapsed.TotalSeconds);
        if (_seconds > 0)
            Volatile.Write(ref _tokensPerSecond, _rows / _seconds);
    }

    /// <summary>An answer ended.</summary>
    public void End()
    {
        (_ends, _busy, _sinceEnd) = (Kept * _ends + 1, Kept * _busy + _sinceEnd, 0);
        Volatile.Write(ref _secondsPerEnd, _busy / _ends);
    }
}
