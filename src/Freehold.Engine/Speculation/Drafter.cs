using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Sequences;
using Freehold.Grammars;
using Freehold.Grammars.Tokens;
using Freehold.Kernels.Attention;
using Freehold.Models.Inference;

namespace Freehold.Engine.Speculation;

/// <summary>
/// Lets a small model guess how answers go on (speculative decoding, arXiv 2211.17192). It chooses as the answer itself will be chosen: under the same parameters, constraint and random numbers, since what counts is
/// how often both choose the same. Its texts are read a page's worth a step, so nobody's stream stalls for it. Owned by the engine's thread.
/// </summary>
internal sealed unsafe class Drafter : IDisposable
{
    private const int MostCatchingUp = KvLayout.PageTokens;

    private readonly CausalModel _model;
    private readonly ForwardBatch _batch;
    private readonly DraftSlots _slots;
    private readonly Sampler _sampler;
    private readonly TokenSet _allowed;
    private readonly TimeProvider _clock;
    private readonly StepCost _cost = new(Guesser.MostStreams);
    private readonly double _weight;
    private readonly int _context, _vocabulary;
    private readonly DraftSlot?[] _turn = new DraftSlot?[Guesser.MostStreams];
    private readonly GrammarState?[] _grammars = new GrammarState?[Guesser.MostStreams];
    private readonly int[] _made = new int[Guesser.MostStreams];

    /// <summary>Makes room for its texts.</summary>
    /// <param name="model">The small model.</param>
    /// <param name="target">The large one.</param>
    /// <param name="pages">Pages for the small one's keys and values.</param>
    /// <param name="context">Positions a text may have.</param>
    /// <param name="vocabulary">Tokens that can be sampled.</param>
    /// <param name="clock">Measures its steps.</param>
    public Drafter(CausalModel model, CausalModel target, int pages, int context, int vocabulary, TimeProvider clock)
    {
        (_model, _clock, _context) = (model, clock, context);
        _vocabulary = Math.Min(vocabulary, model.Shape.VocabularySize);
        // Until its steps were measured: a step reads the weights once.
        _weight = (double)model.WeightBytes / target.WeightBytes;
        _slots = new DraftSlots(Math.Min(Guesser.MostStreams, model.MaxLogitRows), model.State.PageBytes, pages, context);
        _batch = new ForwardBatch(model.MaxRows, _slots.Count) { Memory = _slots.Memory };
        _sampler = new Sampler(_vocabulary);
        _allowed = new TokenSet(vocabulary);
    }

    /// <summary>What made it stop for good; null while it guesses.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Pages that texts have taken.</summary>
    public int PagesInUse => _slots.PagesInUse;

    /// <summary>Whether the text is one that it can go on with.</summary>
    public bool CanServe(Sequence sequence) => Fault is null && sequence.Tokens.Length < _context && sequence.HighestToken < _vocabulary;

    /// <summary>What one of its steps is expected to cost, in the unit of <paramref name="target"/>'s.</summary>
    public double Seconds(StepCost target) => _cost.IsKnown && target.IsKnown ? _cost.Of(1) : _weight * target.Of(1);

    /// <summary>A sequence is over. What is held of it stays, for one that begins alike.</summary>
    public void Forget(Sequence sequence) => _slots.Forget(sequence);

    /// <summary>Writes guesses behind the sequences' tokens.</summary>
    /// <param name="sequences">The streams of the step.</param>
    /// <param name="sources">Where each one's guesses come from; others than <see cref="GuessSource.Model"/> are left alone.</param>
    /// <param name="guesses">How many are wanted; becomes how many were made: none while a text is still being read.</param>
    public void Draft(ReadOnlySpan<Sequence> sequences, ReadOnlySpan<GuessSource> sources, Span<int> guesses)
    {
        _slots.Begin();
        var most = 0;
        for (var i = 0; i < sequences.Length; i++)
        {
            _turn[i] = null;
            _made[i] = 0;
            if (sources[i] != GuessSource.Model || guesses[i] == 0)
                continue;
            guesses[i] = Math.Min(guesses[i], _context - sequences[i].Tokens.Length);
            _turn[i] = Fault is null ? _slots.For(sequences[i], sequences[i].Tokens.Length + guesses[i]) : null;
            _grammars[i] = sequences[i].Constraint?.Ahead();
            most = Math.Max(most, guesses[i]);
        }
        try
        {
            for (var step = 0; step < most && Step(sequences, guesses, step); step++)
            {
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Answers do not need it: they go on, in more steps. The gauge of guessing models tells.
            Fault = fault;
        }
        for (var i = 0; i < sequences.Length; i++)
            if (sources[i] == GuessSource.Model)
                guesses[i] = Math.Min(guesses[i], _made[i]);
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    // A row for each stream, the first time those that it has not read yet. False: nobody goes on.
    private bool Step(ReadOnlySpan<Sequence> sequences, ReadOnlySpan<int> guesses, int step)
    {
        _batch.Clear();
        var (rows, goOn) = (0, false);
        for (var i = 0; i < sequences.Length; i++)
        {
            if (_turn[i] is not { } slot || _made[i] < step || step >= guesses[i])
                continue;
            var text = sequences[i].TokensAndGuesses(step);
            var left = text.Length - slot.Count;
            var unread = text.Slice(slot.Count, Math.Min(Math.Min(left, MostCatchingUp), _model.MaxRows / sequences.Length));
            var isWhole = unread.Length == left;
            _batch.Add(unread, slot.Count, slot.Pages.Pointer, isWhole ? 1 : 0);
            rows += unread.Length;
            slot.Add(unread);
            goOn |= isWhole;
            if (!isWhole)
                _turn[i] = null;
        }
        if (rows == 0)
            return false;
        var begun = _clock.GetTimestamp();
        var logits = _model.Forward(_batch);
        if (step > 0)
            _cost.Measured(rows, _clock.GetElapsedTime(begun));
        for (int i = 0, row = 0; i < sequences.Length && goOn; i++)
        {
            if (_turn[i] is null || _made[i] < step || step >= guesses[i])
                continue;
            Choose(sequences[i], i, step, logits.Slice(row * _model.Shape.VocabularySize, _model.Shape.VocabularySize));
            row++;
        }
        return goOn;
    }

    private void Choose(Sequence sequence, int i, int step, ReadOnlySpan<float> logits)
    {
        try
        {
            var grammar = _grammars[i];
            grammar?.Fill(_allowed);
            var token = _sampler.Sample(logits, sequence.Sampling, sequence.Seed, sequence.TokensAndGuesses(step), sequence.PromptLength, grammar is null ? null : _allowed);
            sequence.Behind(step + 1)[step] = token;
            _made[i] = step + 1;
            if (grammar?.TryTake(token) is false)
                _turn[i] = null; // an ending, behind which nothing is to be guessed
        }
        catch (GenerationFailedException)
        {
            _turn[i] = null; // its logits are no numbers: it has nothing to say here
        }
    }
}
