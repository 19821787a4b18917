using Freehold.Engine.Sequences;

namespace Freehold.Engine.Speculation;

/// <summary>
/// Guesses ahead for the streams of a step: from their prediction, else from their own text, else from a small model, as much as pays by measured times. It decides only how many steps there are;
/// tokens are the same whatever it does. Owned by the engine's thread.
/// </summary>
/// <param name="drafter">The small model; null for none.</param>
internal sealed class Guesser(Drafter? drafter) : IDisposable
{
    /// <summary>With more streams than this the step is busy enough: a guess that fails then costs what it could have saved.</summary>
    public const int MostStreams = 4;

    private const int MostGuesses = 15;

    // What is expected of a source before it was tried. A model's is learnt from all answers, and never so low that it would not be tried again.
    private const float Usual = 0.7f, LeastUsual = 0.3f, Learning = 0.02f;

    private readonly StepCost _cost = new(MostStreams * (1 + MostGuesses));
    private readonly Sequence[] _sequences = new Sequence[MostStreams];
    private readonly GuessSource[] _sources = new GuessSource[MostStreams];
    private readonly GuessOffer[] _offers = new GuessOffer[MostStreams];
    private readonly int[] _guesses = new int[MostStreams];
    private float _usualOfModel = Usual;

    /// <summary>Whether a model guesses.</summary>
    public bool HasModel => drafter is { Fault: null };

    /// <summary>Plans guesses for all that are being decoded (<see cref="Sequence.Rows"/> is 1); returns the rows of the step.</summary>
    /// <param name="running">The sequences that run.</param>
    /// <param name="decoding">How many of them are being decoded.</param>
    /// <param name="room">Rows that there are for guesses.</param>
    /// <param name="mayGrow">Whether sequences may take a page for them.</param>
    public int Guess(IReadOnlyList<Sequence> running, int decoding, int room, bool mayGrow)
    {
        if (decoding > MostStreams)
            return decoding;
        var each = Math.Min(MostGuesses, room / decoding);
        var count = 0;
        for (var i = 0; i < running.Count; i++)
            if (running[i].Rows == 1)
                Offer(running[i], each, mayGrow, count++);
        GuessBudget.Share(_offers.AsSpan(0, count), count, _cost, drafter?.Seconds(_cost) ?? 0);
        for (var i = 0; i < count; i++)
            _guesses[i] = _offers[i].Guesses;
        drafter?.Draft(_sequences.AsSpan(0, count), _sources, _guesses);
        for (var i = 0; i < count; i++)
        {
            _sequences[i].Guesses.Plan(_sources[i], _guesses[i]);
            _sequences[i].Rows += _guesses[i];
            decoding += _guesses[i];
        }
        return decoding;
    }

    /// <summary>A step of answers alone was computed.</summary>
    public void Measured(int rows, TimeSpan elapsed) => _cost.Measured(rows, elapsed);

    /// <summary>A sequence's guesses were checked.</summary>
    public void Judged(GuessSource source, int drafted, int accepted)
    {
        if (source != GuessSource.Model)
            return;
        for (var i = 0; i <= accepted && i < drafted; i++)
            _usualOfModel += Learning * ((i < accepted ? 1 : 0) - _usualOfModel);
        _usualOfModel = Math.Max(LeastUsual, _usualOfModel);
    }

    /// <summary>A sequence is over.</summary>
    public void Forget(Sequence sequence) => drafter?.Forget(sequence);

    /// <inheritdoc/>
    public void Dispose() => drafter?.Dispose();

    private void Offer(Sequence sequence, int each, bool mayGrow, int at)
    {
        var room = sequence.Guesses.Room(each, mayGrow);
        var most = sequence.Guesses.Look(room, out var source);
        if (most == 0 && drafter is not null && sequence.Guesses.MayTry(GuessSource.Model) && drafter.CanServe(sequence))
            (source, most) = (GuessSource.Model, room);
        _sequences[at] = sequence;
        _sources[at] = source;
        _offers[at] = new GuessOffer { Most = most, Chance = sequence.Guesses.ChanceOf(source, source == GuessSource.Model ? _usualOfModel : Usual), AsksModel = source == GuessSource.Model };
    }
}
