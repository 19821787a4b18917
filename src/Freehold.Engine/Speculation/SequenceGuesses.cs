using Freehold.Engine.Sequences;
using Freehold.Kernels.Attention;

namespace Freehold.Engine.Speculation;

/// <summary>The guesses behind one sequence's tokens: how many there may be, where they are from, and which came true. They lie behind <see cref="Sequence.Tokens"/> until they do.</summary>
/// <param name="sequence">Whose they are.</param>
/// <param name="prediction">What the client expects the answer to be; null: nothing.</param>
/// <param name="isOn">Whether its client lets it guess.</param>
internal sealed class SequenceGuesses(Sequence sequence, PredictedText? prediction, bool isOn)
{
    private readonly DraftPace[] _paces = new DraftPace[3];
    private readonly (int Drafted, int Accepted)[] _judged = new (int, int)[3];
    private int _acceptedNow;

    /// <summary>How many are among the rows of the step being planned.</summary>
    public int Drafted { get; private set; }

    /// <summary>Where they are from.</summary>
    public GuessSource Source { get; private set; }

    /// <summary>Tokens that the drafting model holds of the sequence, as far as that was compared.</summary>
    public int DraftedUpTo { get; set; }

    /// <summary>How many the sequence's length, its reader and its pages allow.</summary>
    /// <param name="most">Guesses there is room for in the step.</param>
    /// <param name="mayGrow">Whether it may take a page for them.</param>
    public int Room(int most, bool mayGrow)
    {
        if (!isOn)
            return 0;
        most = Math.Min(most, sequence.MaxTokens - sequence.Generated - 1);
        if (!mayGrow)
            most = Math.Min(most, KvLayout.PageTokens - 1 - sequence.Computed % KvLayout.PageTokens);
        while (most > 0 && !sequence.HasRoomFor(1 + most))
            most--;
        return Math.Max(0, most);
    }

    /// <summary>Whether guesses from there are to be tried now.</summary>
    public bool MayTry(GuessSource source) => !_paces[(int)source].IsResting;

    /// <summary>How likely a guess from there is to come true.</summary>
    /// <param name="source">Where it is from.</param>
    /// <param name="usual">What is expected before anything is known.</param>
    public float ChanceOf(GuessSource source, float usual) => _paces[(int)source].Chance(usual);

    /// <summary>Writes guesses from the prediction, else from the sequence's own text; returns how many there are.</summary>
    public int Look(int room, out GuessSource source)
    {
        var draft = sequence.Behind(room);
        source = GuessSource.Prediction;
        if (room > 0 && prediction is not null && MayTry(source) && prediction.Guess(sequence.Tokens[sequence.PromptLength..], draft) is > 0 and var predicted)
            return predicted;
        source = GuessSource.Lookup;
        return room > 0 && MayTry(source) ? PromptLookup.Guess(sequence.Tokens, draft) : 0;
    }

    /// <summary>The first of the guesses that were written are part of the step.</summary>
    public void Plan(GuessSource source, int guesses)
    {
        (Source, Drafted) = (source, guesses);
        for (var i = 0; i < _paces.Length; i++)
            if (i != (int)source || guesses == 0)
                _paces[i].Idle();
    }

    /// <summary>No guess in this step.</summary>
    public void Drop()
    {
        sequence.Rows -= Drafted;
        Drafted = 0;
    }

    /// <summary>Whether the guess after <paramref name="accepted"/> right ones was this token. Asked before the token is appended.</summary>
    public bool CameTrue(int accepted, int token)
    {
        var isGuessed = accepted < Drafted && sequence.Behind(1)[0] == token;
        _acceptedNow = isGuessed ? accepted + 1 : accepted;
        return isGuessed;
    }

    /// <summary>The guesses of the step were checked.</summary>
    public void Judge(int accepted)
    {
        var (drafted, right) = _judged[(int)Source];
        _judged[(int)Source] = (drafted + Drafted, right + accepted);
        _paces[(int)Source].Judge(Drafted, accepted);
        (Drafted, _acceptedNow) = (0, 0);
    }

    /// <summary>How many there were from a source and how many came true, those of the step at hand included.</summary>
    public (int Drafted, int Accepted) Of(GuessSource source)
    {
        var (drafted, accepted) = _judged[(int)source];
        return source == Source ? (drafted + Drafted, accepted + _acceptedNow) : (drafted, accepted);
    }
}
