namespace Freehold.Engine.Speculation;

/// <summary>
/// What a step of so many rows takes here, measured from the steps themselves. Each estimate moves by a small share of itself towards what was measured, so it follows the median and a spell in
/// which others had the processor hardly counts. Rows not measured lately are estimated from their neighbours.
/// </summary>
internal sealed class StepCost
{
    // Until it was measured, a row more is expected to cost little: so it is tried, and then it is known.
    private const double ExpectedPerRow = 0.03;
    private const int QuickSamples = 4, Fresh = 1024;
    private const double QuickMove = 0.3, Move = 0.06;

    private readonly double[] _seconds;
    private readonly int[] _samples;
    private readonly long[] _lastStep;
    private long _steps;

    /// <summary>Of steps of at most <paramref name="mostRows"/> rows.</summary>
    public StepCost(int mostRows) => (_seconds, _samples, _lastStep) = (new double[mostRows + 1], new int[mostRows + 1], new long[mostRows + 1]);

    /// <summary>Whether anything was measured.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>A step was computed. Larger steps than are asked about, and times too short for the clock, are of no use.</summary>
    public void Measured(int rows, TimeSpan elapsed)
    {
        var seconds = elapsed.TotalSeconds;
        if (rows >= _seconds.Length || seconds <= 0)
            return;
        IsKnown = true;
        _steps++;
        _lastStep[rows] = _steps;
        if (_samples[rows]++ == 0)
        {
            _seconds[rows] = seconds;
            return;
        }
        var move = _samples[rows] <= QuickSamples ? QuickMove : Move;
        _seconds[rows] = Math.Clamp(seconds, _seconds[rows] * (1 - move), _seconds[rows] * (1 + move));
    }

    /// <summary>Seconds that a step of so many rows is expected to take; where nothing was measured, in units of a step of one row.</summary>
    public double Of(int rows)
    {
        int below = rows, above = rows;
        while (below > 0 && !IsFresh(below))
            below--;
        while (above < _seconds.Length && !IsFresh(above))
            above++;
        if (below == rows)
            return _seconds[rows];
        if (below > 0 && above < _seconds.Length)
            return _seconds[below] + (_seconds[above] - _seconds[below]) * (rows - below) / (above - below);
        if (below > 0)
            return _seconds[below] * Expected(rows) / Expected(below);
        return above < _seconds.Length ? _seconds[above] * Expected(rows) / Expected(above) : Expected(rows);
    }

    private bool IsFresh(int rows) => _samples[rows] > 0 && _steps - _lastStep[rows] < Fresh;

    private static double Expected(int rows) => 1 + ExpectedPerRow * (rows - 1);
}
