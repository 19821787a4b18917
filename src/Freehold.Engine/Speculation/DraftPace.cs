namespace Freehold.Engine.Speculation;

/// <summary>
/// How one answer's guesses from one source fare: how likely the next one is to come true, and when not to guess at all, which is for a while after guesses that were wholly wrong, longer
/// each time. What is long ago counts less.
/// </summary>
internal struct DraftPace
{
    private const float Kept = 0.8f, KeptIdle = 0.99f;
    private const int FirstRest = 2, LongestRest = 64;
    private float _hits, _misses;
    private int _rest, _restAfterMiss;

    /// <summary>Whether to leave guessing for now.</summary>
    public readonly bool IsResting => _rest > 0;

    /// <summary>How likely a guess is to come true if those before it did.</summary>
    /// <param name="usual">What is expected before anything is known; it counts as one guess.</param>
    public readonly float Chance(float usual) => (_hits + usual) / (_hits + _misses + 1);

    /// <summary>A step went by without a guess from here.</summary>
    public void Idle()
    {
        _rest = Math.Max(0, _rest - 1);
        (_hits, _misses) = (_hits * KeptIdle, _misses * KeptIdle);
    }

    /// <summary>Of <paramref name="drafted"/> guesses, the first <paramref name="accepted"/> came true.</summary>
    public void Judge(int drafted, int accepted)
    {
        (_hits, _misses) = (_hits * Kept + accepted, _misses * Kept + (accepted < drafted ? 1 : 0));
        if (accepted > 0)
        {
            _restAfterMiss = 0;
            return;
        }
        _restAfterMiss = Math.Clamp(2 * _restAfterMiss, FirstRest, LongestRest);
        _rest = _restAfterMiss;
    }
}
