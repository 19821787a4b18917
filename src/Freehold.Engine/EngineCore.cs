using Freehold.Engine.Memory;
using Freehold.Engine.Metering;
using Freehold.Engine.Pages;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Scheduling;
using Freehold.Engine.Sequences;
using Freehold.Engine.Speculation;
using Freehold.Grammars.Tokens;
using Freehold.Models.Inference;

namespace Freehold.Engine;

/// <summary>The engine's state and its step. One thread calls <see cref="Step"/>; <see cref="Enter"/> and <see cref="NoteCancel"/> may come from any.</summary>
internal sealed partial class EngineCore : IDisposable
{
    private readonly CausalModel _model;
    private readonly KvPool _pool;
    private readonly WaitingRoom _waiting = new();
    private readonly Scheduler _scheduler;
    private readonly Guesser? _guesser;
    private readonly Sampler _sampler;
    private readonly ForwardBatch _batch;
    private readonly QueueLimits _limits;
    private readonly Backlog _backlog = new();
    private readonly Throughput _throughput = new();
    private readonly FirstTokenEstimate _estimate;
    private readonly EngineMeters _meters;
    private readonly TimeProvider _clock;
    private readonly Lock _doorLock = new();
    private readonly Action<Sequence> _drop;
    private readonly int _vocabulary;
    private readonly float[] _scratch;
    private readonly TokenSet _allowed;
    private List<Sequence> _door = [], _entered = [];
    private volatile bool _someoneAtDoor, _someoneCancelled;
    private GenerationFailedException? _failure;
    private long _order;

    public EngineCore(EngineModel model, MemoryPlan plan, EngineOptions options, EngineMeters meters)
    {
        _model = model.Causal;
        _meters = meters;
        _clock = options.Clock;
        _vocabulary = Math.Min(model.Tokenizer.VocabularySize, _model.Shape.VocabularySize);
        _pool = new KvPool(_model.State.PageBytes, plan.Pages);
        Pages = new PageLedger(_pool, options.SharePrefixes);
        _guesser = options.Speculation ? new Guesser(model.Draft is { } draft ? new Drafter(draft.Causal, _model, plan.DraftPages, plan.DraftContext, _vocabulary, _clock) : null) : null;
        _scheduler = new Scheduler(Pages, _waiting, plan.MaxStreams, _model.MaxRows, _model.MaxLogitRows, plan.PrefillChunk, Math.Min(plan.PrefillChunk, options.PrefillChunkBesideDecoding), _guesser, () => _model.OthersCompute);
        _scratch = new float[_model.Shape.VocabularySize];
        _sampler = new Sampler(_vocabulary);
        _allowed = new TokenSet(_vocabulary);
        _batch = new ForwardBatch(_model.MaxRows, plan.MaxStreams) { Memory = _pool.Memory };
        _limits = new QueueLimits(checked(options.MaxWaiting + plan.MaxStreams), options.MaxPerClient);
        _estimate = new FirstTokenEstimate(_backlog, _throughput, plan.MaxStreams);
        _drop = sequence => Finish(sequence, null);
        meters.Watch(this);
    }

    /// <summary>Tokens that can be sampled: the tokenizer's, where a model's rows are padded beyond them.</summary>
    public int Vocabulary => _vocabulary;

    /// <summary>The pages.</summary>
    public PageLedger Pages { get; }

    /// <summary>Sequences that have pages.</summary>
    public int Running => _scheduler.Running.Count;

    /// <summary>Sequences that wait for a place, those at the door included.</summary>
    public int Waiting => Math.Max(0, _limits.InAll - Running);

    /// <summary>Tokens that have to be computed before a batch's turn: of prompts, and of answers that gave up their pages.</summary>
    public long TokensWaiting => _backlog.TokensAhead(RequestPriority.Batch);

    /// <summary>Tokens of prompts computed in a second, measured; 0 before anything was.</summary>
    public double PromptTokensPerSecond => _throughput.TokensPerSecond;

    /// <summary>Times a sequence had to give up its pages.</summary>
    public long Interruptions => _scheduler.Interruptions;

    /// <summary>Bytes of page memory that were used at least once.</summary>
    public long TouchedBytes => _pool.TouchedBytes;

    /// <summary>Whether a drafting model guesses; false where there is none, or it failed.</summary>
    public bool HasDraft => _guesser is { HasModel: true };

    /// <summary>Bytes the calling thread had allocated at the end of the last step.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Steps that computed something.</summary>
    public long Steps { get; private set; }

    /// <summary>One step: schedule, forward, sample, append. False: there was nothing to compute.</summary>
    public bool Step()
    {
        TakeIn();
        DropCancelled();
        var planned = _scheduler.Schedule(_batch);
        if (planned.Count == 0)
            return false;
        var begun = _clock.GetTimestamp();
        var logits = Forward(planned);
        Measure(planned, begun);
        for (int i = 0, row = 0; i < planned.Count; i++)
        {
            var sequence = planned[i];
            var rows = sequence.LogitRows;
            if (_failure is not null)
            {
                Finish(sequence, _failure);
                continue;
            }
            var given = logits.Slice(row * _model.Shape.VocabularySize, rows * _model.Shape.VocabularySize);
            row += rows;
            if (sequence.IsScoring && !Score(sequence, given))
                continue;
            _scheduler.Complete(sequence, sequence.Rows - sequence.Drafted);
            _backlog.Advance(sequence);
            if (sequence.Uncomputed == 0)
                Continue(sequence, given[^((1 + sequence.Drafted) * _model.Shape.VocabularySize)..]);
        }
        _failure = null;
        Steps++;
        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        return true;
    }

    /// <summary>Ends everything that is still here.</summary>
    public void End(Exception reason)
    {
        TakeIn();
        for (var i = _scheduler.Running.Count - 1; i >= 0; i--)
            Finish(_scheduler.Running[i], reason);
        while (_waiting.Any() is { } sequence)
        {
            _waiting.Take(sequence);
            Finish(sequence, reason);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _guesser?.Dispose();
        _pool.Dispose();
    }

    private ReadOnlySpan<float> Forward(IReadOnlyList<Sequence> planned)
    {
        try
        {
            return _model.Forward(_batch);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _failure = new GenerationFailedException($"the model failed on a step of {planned.Count} streams: {error.Message}", error);
            return default;
        }
    }

    private void Measure(IReadOnlyList<Sequence> planned, long begun)
    {
        int rows = 0, ofAnswers = 0;
        for (var i = 0; i < planned.Count; i++)
        {
            var sequence = planned[i];
            rows += sequence.IsDecoding ? 0 : sequence.Rows;
            ofAnswers += sequence.IsDecoding ? sequence.Rows : 0;
            if (sequence.IsUntouched)
                sequence.Queued = _clock.GetElapsedTime(sequence.SubmittedAt, begun);
        }
        var elapsed = _clock.GetElapsedTime(begun);
        _throughput.Step(rows, elapsed);
        if (rows == 0)
            _guesser?.Measured(ofAnswers, elapsed);
    }

    // The first row of logits gives the next token. Each further row belongs to a guess, and counts only while the guesses come true: then it is
    // the row that would have been computed next, to the bit.
    private void Continue(Sequence sequence, ReadOnlySpan<float> logits)
    {
        var accepted = 0;
        while (Continue(sequence, logits.Slice(accepted * _model.Shape.VocabularySize, _model.Shape.VocabularySize), accepted))
        {
            accepted++;
            _scheduler.Complete(sequence, 1);
        }
        if (sequence.Drafted == 0)
            return;
        _meters.Guessed(sequence.Source, sequence.Drafted, accepted);
        _guesser!.Judged(sequence.Source, sequence.Drafted, accepted);
        sequence.Judge(accepted);
    }

    /// <summary>Takes one token; returns whether it was guessed and the answer goes on.</summary>
    private bool Continue(Sequence sequence, ReadOnlySpan<float> logits, int accepted)
    {
        try
        {
            var token = sequence.ForcedToken is >= 0 and var forced ? sequence.Constraint?.Take(forced) ?? forced
                : sequence.Constraint is { } constraint ? constraint.Next(_sampler, logits, sequence, _allowed)
                : _sampler.Sample(logits, sequence.Sampling, sequence.Seed, sequence.Tokens, sequence.PromptLength);
            var logProbability = float.NaN;
            var alternatives = 0;
            if (sequence.LogProbabilities)
            {
                var sum = Logits.LogSumExp(logits, logits[Logits.Likeliest(logits)], _scratch);
                logProbability = (float)(logits[token] - sum);
                alternatives = Logits.Likeliest(logits[.._vocabulary], sum, sequence.Stream.Ring.NextAlternatives);
            }
            _meters.Token(sequence, _clock);
            var guessed = sequence.Guessed(accepted, token);
            if (!sequence.Append(token, logProbability, alternatives))
                return guessed;
            Finish(sequence, null);
        }
        catch (GenerationFailedException error)
        {
            Finish(sequence, error);
        }
        return false;
    }

    // The row of each position tells how likely the token behind it was. False: the sequence is over.
    private bool Score(Sequence sequence, ReadOnlySpan<float> rows)
    {
        var scores = sequence.Scores!;
        for (var next = sequence.Computed + 1; next <= sequence.Computed + sequence.Rows && next < sequence.PromptLength; next++)
        {
            var logits = rows.Slice((next - 1 - sequence.Computed) * _model.Shape.VocabularySize, _model.Shape.VocabularySize);
            var likeliest = Logits.Likeliest(logits);
            if (likeliest < 0)
            {
                Finish(sequence, new GenerationFailedException($"the model's logits for position {next} are not finite numbers; the model file is damaged or its computation overflowed. Check the file, or try another quantisation"));
                return false;
            }
            var sum = Logits.LogSumExp(logits, logits[likeliest], _scratch);
            scores.Set(next, (float)(logits[sequence.Tokens[next]] - sum), Logits.Likeliest(logits[.._vocabulary], sum, scores.Place(next)));
        }
        return true;
    }

    private void Finish(Sequence sequence, Exception? error)
    {
        _scheduler.Retire(sequence);
        _limits.Leave(sequence.Client);
        _backlog.Leave(sequence);
        if (sequence.Generated > 0)
            _throughput.End();
        _meters.End(sequence);
        sequence.Stream.End(error);
    }
}
