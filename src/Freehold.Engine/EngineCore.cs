using Freehold.Engine.Memory;
using Freehold.Engine.Metering;
using Freehold.Engine.Pages;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Scheduling;
using Freehold.Engine.Sequences;
using Freehold.Engine.Speculation;
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
    private readonly LogitReader _reader;
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
        _reader = new LogitReader(_vocabulary, _model.Shape.VocabularySize);
        _batch = new ForwardBatch(_model.MaxRows, plan.MaxStreams) { Memory = _pool.Memory };
        _limits = new QueueLimits(checked(options.MaxWaiting + plan.MaxStreams), options.MaxPerClient);
        _estimate = new FirstTokenEstimate(_backlog, _throughput, plan.MaxStreams);
        _drop = sequence => Finish(sequence, null);
        meters.Watch(this);
    }

    /// <summary>One step: schedule, forward, sample, append. False: there was nothing to compute.</summary>
    public bool Step()
    {
        TakeIn();
        DropCancelled();
        Resize();
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
            if (sequence.IsScoring && _reader.Score(sequence, given) is { } unreadable)
            {
                Finish(sequence, unreadable);
                continue;
            }
            _scheduler.Complete(sequence, sequence.Rows - sequence.Guesses.Drafted);
            _backlog.Advance(sequence);
            if (sequence.Uncomputed == 0)
                Continue(sequence, given[^((1 + sequence.Guesses.Drafted) * _model.Shape.VocabularySize)..]);
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
        EndResizing();
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
        var guesses = sequence.Guesses;
        if (guesses.Drafted == 0)
            return;
        _meters.Guessed(guesses.Source, guesses.Drafted, accepted);
        _guesser!.Judged(guesses.Source, guesses.Drafted, accepted);
        guesses.Judge(accepted);
    }

    /// <summary>Takes one token; returns whether it was guessed and the answer goes on.</summary>
    private bool Continue(Sequence sequence, ReadOnlySpan<float> logits, int accepted)
    {
        try
        {
            var token = _reader.Next(sequence, logits, out var logProbability, out var alternatives);
            _meters.Token(sequence, _clock);
            var guessed = sequence.Guesses.CameTrue(accepted, token);
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
