namespace Freehold.Engine.Speculation;

/// <summary>
/// How much one answer guesses: more while guesses come true, less when they do not, and nothing for a while after one that was wholly wrong. It sees tokens only and no
/// clock, so a request is computed in the same steps each time.
/// </summary>
internal struct DraftPace
{
    private const int First = 4, Most = 15, LongestRest = 64;
    private int _length, _rest, _restAfterMiss;

    /// <summary>Tokens to guess now.</summary>
    public readonly int Allowed => _rest > 0 ? 0 : _length == 0 ? First : _length;

    /// <summary>A token came without a guess.</summary>
    public void Rest()
    {
        if (_rest > 0)
            _rest--;
    }

    /// <summary>Of <paramref name="drafted"/> guesses, <paramref name="accepted"/> came true.</summary>
    public void Judge(int drafted, int accepted)
    {
        var length = Allowed;
        if (accepted == drafted)
            _length = Math.Min(Most, 2 * length);
        else if (2 * accepted < drafted)
            _length = Math.Max(2, length / 2);
        if (accepted > 0)
        {
            _restAfterMiss = 0;
            return;
        }
        _restAfterMiss = Math.Clamp(2 * _restAfterMiss, 2, LongestRest);
        _rest = _restAfterMiss;
    }
}
