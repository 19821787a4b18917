namespace Freehold.Grammars.Matching;

/// <summary>
/// What the making of one mask has cost: the different configurations met, by their readings. Grammars that hostile people write would meet a new one with every byte of the
/// vocabulary. Counted is what is met, not what is new, so that it depends on the text only.
/// </summary>
internal sealed class MaskWork(int most)
{
    private int _mask, _spent;

    /// <summary>Whether it is more than a mask may cost.</summary>
    public bool IsSpent => _spent > most;

    /// <summary>Begins another mask.</summary>
    public void Begin()
    {
        _mask++;
        _spent = 0;
    }

    /// <summary>A configuration was met.</summary>
    public void Meet(Configuration at)
    {
        if (at.Met == _mask)
            return;
        at.Met = _mask;
        _spent += 1 + at.Threads.Length / 4;
    }
}
