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
internal sealed class Sequence
{
    private readonly int[] _tokens;
    private readonly AnswerText _text;
    private readonly TokenTexts _texts;
    private readonly IReadOnlySet<int> _endOfGeneration;
    private int _count, _firstComputed = -1;
    private readonly PredictedText? _prediction;
    private readonly BoundedThinking? _thinking;
    private readonly DraftPace[] _paces = new DraftPace[3];
    private readonly (int Drafted, int Accepted)[] _guessed = new (int, int)[3];
    private int _acceptedNow;
    private readonly bool _speculates;

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
        _count = PromptLength;
        (_texts, _endOfGeneration) = (texts, endOfGeneration);
        // The last token sampled is never fed back, so it needs no place in the pages.
        Pages = new PageTable(PromptLength + maxTokens - 1);
        Sampling = request.Sampling;
        Seed = request.Sampling.Seed ?? BitConverter.ToUInt64(Guid.NewGuid().ToByteArray());
        _prediction = request.Prediction is { Count: > 0 } prediction ? new PredictedText([.. prediction]) : null;
        _speculates = request.Speculation;
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

    /// <summary>Guessed tokens among those rows: they lie behind <see cref="Tokens"/> until they come true.</summary>
    public int Drafted { get; private set; }

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

    /// <summary>Who is treated fairly.</summary>
    public ClientKey Client { get; }

    /// <summary>Whether it goes before others or takes what they leave.</summary>
    public RequestPriority Priority => Client.Priority;

    /// <summary>The scores of the prompt's tokens; null unless they are wanted.</summary>
    public PromptScores? Scores { get; }

    /// <summary>Whether tokens of the prompt still lack their score, so that every row must be computed.</summary>
    public bool IsScoring => Scores is { IsComplete: false };

    /// <summary>Bytes of the vocabulary's longest token.</summary>
    public int LongestToken { get; }

    /// <summary>Seniority: what came earlier goes first where there is not enough for all.</summary>
    public long Order { get; set; }

    /// <summary>Its place in its client's line.</summary>
    public LinkedListNode<Sequence> Node { get; }

    /// <summary>Its client's line.</summary>
    public ClientLine? Line { get; set; }

    /// <summary>When it was submitted (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long SubmittedAt { get; set; }

    /// <summary>When its first token must come at the latest, counted from <see cref="SubmittedAt"/>; null: whenever it comes.</summary>
    public TimeSpan? FirstTokenWithin { get; }

    /// <summary>How long it waited before anything of it was computed.</summary>
    public TimeSpan Queued { get; set; }

    /// <summary>Its part of the <see cref="Backlog"/>.</summary>
    public int Owed { get; set; }

    /// <summary>When its last token was sampled; 0 before the first.</summary>
    public long LastTokenAt { get; set; }

    /// <summary>Whether its reader can take one more token.</summary>
    public bool HasReader => Stream.HasRoom(_text.HeldBytes + LongestToken);

    /// <summary>What it has taken so far, the guesses of the step at hand included.</summary>
    public GenerationUsage Usage
    {
        get
        {
            var (predicted, looked, modelled) = (GuessesOf(GuessSource.Prediction), GuessesOf(GuessSource.Lookup), GuessesOf(GuessSource.Model));
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

    /// <summary>Where the guesses of the step being planned are from.</summary>
    public GuessSource Source { get; private set; }

    /// <summary>The highest token id of prompt and answer.</summary>
    public int HighestToken { get; private set; }

    /// <summary>Tokens that the drafting model holds of it, as far as that was compared.</summary>
    public int DraftedUpTo { get; set; }

    /// <summary>Tokens and the first of the guesses behind them.</summary>
    public ReadOnlySpan<int> TokensAndGuesses(int guesses) => _tokens.AsSpan(0, _count + guesses);

    /// <summary>Writes a guess.</summary>
    public void SetGuess(int index, int token) => _tokens[_count + index] = token;

    /// <summary>
    /// How many guesses its length, its reader and its pages allow.
    /// </summary>
    /// <param name="most">Guesses there is room for in the step.</param>
    /// <param name="mayGrow">Whether it may take a page for them.</param>
    public int RoomForGuesses(int most, bool mayGrow)
    {
        if (!_speculates)
            return 0;
        var size = Kernels.Attention.KvLayout.PageTokens;
        most = Math.Min(most, MaxTokens - Generated - 1);
        if (!mayGrow)
            most = Math.Min(most, size - 1 - Computed % size);
        while (most > 0 && !Stream.Ring.HasRoom(1 + most, _text.HeldBytes + (1 + most) * LongestToken))
            most--;
        return Math.Max(0, most);
    }

    /// <summary>Whether guesses from there are to be tried now.</summary>
    public bool MayGuess(GuessSource source) => !_paces[(int)source].IsResting;

    /// <summary>How likely a guess from there is to come true.</summary>
    /// <param name="source">Where it is from.</param>
    /// <param name="usual">What is expected before anything is known.</param>
    public float ChanceOf(GuessSource source, float usual) => _paces[(int)source].Chance(usual);

    /// <summary>Writes guesses from its prediction, else from its own text; returns how many there are.</summary>
    public int Look(int room, out GuessSource source)
    {
        var draft = _tokens.AsSpan(_count, room);
        source = GuessSource.Prediction;
        if (room > 0 && _prediction is not null && MayGuess(source) && _prediction.Guess(_tokens.AsSpan(PromptLength, Generated), draft) is > 0 and var predicted)
            return predicted;
        source = GuessSource.Lookup;
        return room > 0 && MayGuess(source) ? PromptLookup.Guess(Tokens, draft) : 0;
    }

    /// <summary>The first of the guesses that were written are part of the step.</summary>
    public void Guess(GuessSource source, int guesses)
    {
        (Source, Drafted) = (source, guesses);
        for (var i = 0; i < _paces.Length; i++)
            if (i != (int)source || guesses == 0)
                _paces[i].Idle();
    }

    /// <summary>No guess in this step.</summary>
    public void DropDraft()
    {
        Rows -= Drafted;
        Drafted = 0;
    }

    /// <summary>Whether the guess after <paramref name="accepted"/> right ones was this token. Asked before the token is appended.</summary>
    public bool Guessed(int accepted, int token)
    {
        var isGuessed = accepted < Drafted && _tokens[_count] == token;
        _acceptedNow = isGuessed ? accepted + 1 : accepted;
        return isGuessed;
    }

    /// <summary>The guesses of the step were checked.</summary>
    public void Judge(int accepted)
    {
        var (drafted, right) = _guessed[(int)Source];
        _guessed[(int)Source] = (drafted + Drafted, right + accepted);
        _paces[(int)Source].Judge(Drafted, accepted);
        (Drafted, _acceptedNow) = (0, 0);
    }

    // The guesses of the step at hand included.
    private (int Drafted, int Accepted) GuessesOf(GuessSource source)
    {
        var (drafted, accepted) = _guessed[(int)source];
        return source == Source ? (drafted + Drafted, accepted + _acceptedNow) : (drafted, accepted);
    }

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
