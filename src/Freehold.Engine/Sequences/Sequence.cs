using Freehold.Engine.Constraints;
using Freehold.Engine.Pages;
using Freehold.Engine.Sampling;
using Freehold.Engine.Scheduling;
using Freehold.Engine.Speculation;
using Freehold.Engine.Streams;
using Freehold.Engine.Text;

namespace Freehold.Engine.Sequences;

/// <summary>
/// One answer in the making: its tokens, its pages and the stream it is written to. Everything it will need is allocated when it is made, on the
/// caller's thread; after that it belongs to the engine's thread.
/// </summary>
internal sealed partial class Sequence
{
    private readonly int[] _tokens;
    private readonly AnswerText _text;
    private readonly TokenTexts _texts;
    private readonly IReadOnlySet<int> _endOfGeneration;
    private readonly BoundedThinking? _thinking;
    private int _count, _firstComputed = -1;

    /// <summary>A sequence that has not begun.</summary>
    public Sequence(GenerationRequest request, int maxTokens, TokenTexts texts, IReadOnlySet<int> endOfGeneration, Action wakeEngine, CancellationToken cancellation, ConstrainedAnswer? constraint = null, BoundedThinking? thinking = null)
    {
        (Constraint, _thinking) = (constraint, thinking);
        PromptLength = request.Prompt.Count;
        MaxTokens = maxTokens;
        _tokens = GC.AllocateUninitializedArray<int>(PromptLength + maxTokens);
        for (var i = 0; i < PromptLength; i++)
        {
            _tokens[i] = request.Prompt[i];
            HighestToken = Math.Max(HighestToken, _tokens[i]);
        }
        (_count, _texts, _endOfGeneration) = (PromptLength, texts, endOfGeneration);
        // The last token sampled is never fed back, so it needs no place in the pages.
        Pages = new PageTable(PromptLength + maxTokens - 1);
        Sampling = request.Sampling;
        Seed = request.Sampling.Seed ?? BitConverter.ToUInt64(Guid.NewGuid().ToByteArray());
        Guesses = new SequenceGuesses(this, request.Prediction is { Count: > 0 } prediction ? new PredictedText([.. prediction]) : null, request.Speculation);
        LogProbabilities = request.LogProbabilities;
        Alternatives = request.TopLogProbabilities;
        Tenant = TenantKey.Of(request.Tenant);
        Client = new ClientKey(request.Tenant, request.Client, request.Priority);
        var stops = new StopStrings(request.StopStrings);
        _text = new AnswerText(stops, texts.Longest);
        LongestToken = texts.Longest;
        var ring = new UpdateRing(Math.Min(maxTokens, MaxUnreadTokens), Math.Max(4096, AnswerText.MaxReleasedBytes(stops, texts.Longest)), Alternatives);
        FirstTokenWithin = request.FirstTokenWithin;
        Scores = request.PromptLogProbabilities ? new PromptScores(PromptLength, Alternatives) : null;
        Stream = new GenerationStream(ring, Seed, wakeEngine, cancellation) { PromptScores = Scores };
        Node = new LinkedListNode<Sequence>(this);
    }

    /// <summary>Tokens that wait for a slow reader before its answer pauses.</summary>
    public const int MaxUnreadTokens = 256;

    /// <summary>Prompt and answer so far.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Tokens that may be sampled.</summary>
    public int MaxTokens { get; }

    /// <summary>Positions whose keys and values lie in the pages.</summary>
    public int Computed { get; private set; }

    /// <summary>Known tokens that are not computed yet: 1 while answering, more while the prompt is read.</summary>
    public int Uncomputed => _count - Computed;

    /// <summary>Whether the next row gives the next token.</summary>
    public bool IsDecoding => Uncomputed == 1 && Generated > 0;

    /// <summary>Whether nothing of it was computed yet.</summary>
    public bool IsUntouched => _firstComputed < 0;

    /// <summary>Tokens sampled.</summary>
    public int Generated => _count - PromptLength;

    /// <summary>Rows in the step being planned.</summary>
    public int Rows { get; set; }

    /// <summary>The tokens of the step being planned, guesses included.</summary>
    public ReadOnlySpan<int> Planned => _tokens.AsSpan(Computed, Rows);

    /// <summary>For how many of them, the last ones, logits are wanted: one for the next token and one for each guess, or all while the prompt is scored.</summary>
    public int LogitRows => IsScoring ? Rows : Math.Max(0, Rows - Uncomputed + 1);

    /// <summary>Whether it sits out the step being planned, because its reader stalls.</summary>
    public bool IsPaused { get; set; }

    /// <summary>The pages.</summary>
    public PageTable Pages { get; }

    /// <summary>Where the answer goes.</summary>
    public GenerationStream Stream { get; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingParameters Sampling { get; }

    /// <summary>What the answer must look like, and how far it is; null: anything.</summary>
    public ConstrainedAnswer? Constraint { get; }

    /// <summary>The token that must come next, because the answer thought long enough; -1: any.</summary>
    public int ForcedToken => _thinking?.Forced ?? -1;

    /// <summary>Of the random numbers.</summary>
    public ulong Seed { get; }

    /// <summary>Whether log-probabilities are wanted.</summary>
    public bool LogProbabilities { get; }

    /// <summary>How many alternatives are wanted.</summary>
    public int Alternatives { get; }

    /// <summary>Whose pages may be shared.</summary>
    public TenantKey Tenant { get; }

    /// <summary>The scores of the prompt's tokens; null unless they are wanted.</summary>
    public PromptScores? Scores { get; }

    /// <summary>Whether tokens of the prompt still lack their score, so that every row must be computed.</summary>
    public bool IsScoring => Scores is { IsComplete: false };

    /// <summary>Bytes of the vocabulary's longest token.</summary>
    public int LongestToken { get; }

    /// <summary>Whether its reader can take one more token.</summary>
    public bool HasReader => Stream.HasRoom(_text.HeldBytes + LongestToken);

    /// <summary>Whether its reader can take that many at once.</summary>
    public bool HasRoomFor(int tokens) => Stream.Ring.HasRoom(tokens, _text.HeldBytes + tokens * LongestToken);

    /// <summary>What may come true of it.</summary>
    public SequenceGuesses Guesses { get; }

    /// <summary>What it has taken so far, the guesses of the step at hand included.</summary>
    public GenerationUsage Usage
    {
        get
        {
            var (predicted, looked, modelled) = (Guesses.Of(GuessSource.Prediction), Guesses.Of(GuessSource.Lookup), Guesses.Of(GuessSource.Model));
            return new(PromptLength, Math.Max(0, _firstComputed), Generated, predicted.Drafted + looked.Drafted + modelled.Drafted, predicted.Accepted + looked.Accepted + modelled.Accepted)
            {
                Queued = Queued,
                PredictedTokens = predicted.Drafted,
                AcceptedPredictedTokens = predicted.Accepted,
                ModelDraftedTokens = modelled.Drafted,
                AcceptedModelDraftedTokens = modelled.Accepted,
            };
        }
    }

    /// <summary>The pages already hold the next positions.</summary>
    public void Skip(int positions) => Computed += positions;

    /// <summary>The highest token id of prompt and answer.</summary>
    public int HighestToken { get; private set; }

    /// <summary>Tokens and the first of the guesses behind them.</summary>
    public ReadOnlySpan<int> TokensAndGuesses(int guesses) => _tokens.AsSpan(0, _count + guesses);

    /// <summary>Room behind the tokens for that many guesses.</summary>
    public Span<int> Behind(int guesses) => _tokens.AsSpan(_count, guesses);

    /// <summary>The step is done: its rows are computed.</summary>
    public void Advance(int rows)
    {
        if (_firstComputed < 0)
            _firstComputed = Computed;
        Computed += rows;
    }

    /// <summary>Its pages were taken away; it will compute its tokens again.</summary>
    public void Rewind() => Computed = 0;

    /// <summary>Takes the sampled token and hands on what can be shown. Returns whether the answer is over.</summary>
    public bool Append(int token, float logProbability, int alternatives)
    {
        _tokens[_count++] = token;
        HighestToken = Math.Max(HighestToken, token);
        _thinking?.Take(_texts[token]);
        var isEnd = _endOfGeneration.Contains(token);
        // An answer that the model ends, or that has reached its length, shows what was held back.
        var isOver = Constraint is { IsOver: true };
        var isLast = isEnd || isOver || Generated == MaxTokens;
        var stopped = _text.Append(isEnd ? default : _texts[token], isLast, out var text);
        var isCutShort = Constraint is { IsCutShort: true };
        var finish = stopped || ((isEnd || isOver) && !isCutShort) ? FinishReason.Stop : isLast ? FinishReason.Length : FinishReason.None;
        if (stopped)
            Stream.StopString = _text.StoppedBy;
        Stream.Ring.Write(token, text, logProbability, alternatives, finish, Usage);
        Stream.WakeReader();
        return finish != FinishReason.None;
    }
}
