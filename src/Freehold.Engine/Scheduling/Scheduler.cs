using Freehold.Engine.Pages;
using Freehold.Engine.Sequences;
using Freehold.Engine.Speculation;
using Freehold.Models.Inference;

namespace Freehold.Engine.Scheduling;

/// <summary>
/// Decides what the next step computes: a row for every answer that is being decoded, and chunks of prompts beside them (continuous batching, Orca,
/// OSDI 2022). Owned by the engine's thread.
/// </summary>
/// <remarks>
/// Nothing deadlocks: whatever was submitted fits alone, the earliest running sequence may take any other's pages, and whose turn it is to be admitted keeps its turn.
/// Nothing is lost: a sequence whose pages are taken waits with its tokens and computes them again; as results do not depend on the batch, its
/// answer does not change.
/// <para>
/// Interactive requests go first; batches never starve. A batch is admitted when nobody interactive waits, or, while no batch runs, after
/// <see cref="MostPassedOver"/> interactive ones were. A running batch gives its place to an interactive request, but the last one that runs is put out
/// only for pages that a running answer needs to grow into. Rows for prompts: <see cref="PromptShares"/>.
/// </para>
/// </remarks>
internal sealed class Scheduler(PageLedger ledger, WaitingRoom waiting, int maxStreams, int maxRows, int maxLogitRows, int promptRows, int promptRowsBesideDecoding, Guesser? guesser, Func<bool> othersCompute)
{
    /// <summary>Interactive requests that may be admitted before a waiting batch while none runs.</summary>
    public const int MostPassedOver = 8;

    private readonly RunningSequences _running = new(maxStreams);
    private readonly List<Sequence> _planned = new(maxStreams);
    private readonly PromptShares _shares = new();
    private int _passedOver;

    /// <summary>Sequences that have pages.</summary>
    public IReadOnlyList<Sequence> Running => _running.All;

    /// <summary>Times a sequence had to give up its pages.</summary>
    public long Interruptions { get; private set; }

    /// <summary>Plans a step into the batch; returns the sequences in it, in the batch's order. None: there is nothing to do for now.</summary>
    public unsafe IReadOnlyList<Sequence> Schedule(ForwardBatch batch)
    {
        Admit();
        ShareRows();
        LimitLogits();
        GivePages();
        batch.Clear();
        _planned.Clear();
        foreach (var sequence in _running.All)
        {
            if (sequence.Rows == 0)
                continue;
            batch.Add(sequence.Planned, sequence.Computed, sequence.Pages.Pointer, sequence.LogitRows);
            _planned.Add(sequence);
        }
        return _planned;
    }

    /// <summary>Makes the pages as many as they shall be, at least as many as the longest sequence needs: streams that have too many wait and go on later, as where pages run out.</summary>
    public void Resize(int pages)
    {
        while (!ledger.TryResize(pages))
            Interrupt(_running.LatestStalled() ?? _running.LatestBatch() ?? _running.All[^1]);
    }

    /// <summary>The step computed some of the sequence's rows.</summary>
    public void Complete(Sequence sequence, int rows)
    {
        sequence.Advance(rows);
        ledger.PublishFull(sequence);
    }

    /// <summary>The sequence is over: its pages are free, or cached for those that begin alike.</summary>
    public void Retire(Sequence sequence)
    {
        _running.Remove(sequence);
        ledger.TakeBack(sequence);
        guesser?.Forget(sequence);
        waiting.ForgetIfEmpty(sequence);
    }

    private void Admit()
    {
        while (Next() is { } sequence)
        {
            while (_running.Count == maxStreams)
            {
                if (_running.GivingWayTo(sequence.Line!) is not { } victim)
                    return;
                Interrupt(victim);
            }
            ledger.TakeShared(sequence);
            while (!Fits(sequence))
            {
                if (_running.GivingWayTo(sequence.Line!) is not { } victim)
                {
                    ledger.TakeBack(sequence);
                    sequence.Rewind();
                    return;
                }
                Interrupt(victim);
            }
            waiting.Take(sequence);
            _passedOver = sequence.Priority == RequestPriority.Batch ? 0 : _passedOver + 1;
            _running.Add(sequence);
        }
    }

    private Sequence? Next()
    {
        var batch = waiting.Peek(RequestPriority.Batch);
        if (batch is null)
            _passedOver = 0; // nobody is passed over
        return batch is not null && _passedOver >= MostPassedOver && _running.Batches == 0 ? batch : waiting.Peek(RequestPriority.Interactive) ?? batch;
    }

    // Pages for its tokens and one more, beside what running prompts still need and a page for each running answer to grow into.
    private bool Fits(Sequence sequence)
    {
        if (_running.Count == 0)
            return true;
        var needed = PageTable.PagesFor(sequence.Tokens.Length + 1) - sequence.Pages.Count;
        foreach (var other in _running.All)
            needed += PageTable.PagesFor(other.Tokens.Length + 1) - other.Pages.Count + 1;
        return needed <= ledger.Available;
    }

    private void Interrupt(Sequence sequence)
    {
        _running.Remove(sequence);
        ledger.TakeBack(sequence);
        sequence.Rewind();
        waiting.Add(sequence);
        sequence.Guesses.Drop();
        Interruptions++;
    }

    private void ShareRows()
    {
        var decoding = 0;
        foreach (var sequence in _running.All)
        {
            ledger.TakeShared(sequence);
            sequence.IsPaused = !sequence.HasReader;
            sequence.Guesses.Drop(); // of a step that failed
            sequence.Rows = sequence.IsDecoding && !sequence.IsPaused ? 1 : 0;
            decoding += sequence.Rows;
        }
        // Every running sequence may want a row of logits; what is left of them is for guesses. Nor do guesses take the page that a stream is about to grow into.
        if (guesser is not null && decoding > 0)
            decoding = guesser.Guess(_running.All, decoding, Math.Min(maxLogitRows - _running.Count, maxRows - decoding), mayGrow: ledger.Available > 2 * _running.Count);
        // Another model's streams wait for this step as this model's own do.
        var rows = Math.Min(decoding == 0 && !othersCompute() ? promptRows : promptRowsBesideDecoding, maxRows - decoding);
        _shares.Share(rows, _running.All, waiting.Lines);
    }

    // A prompt that is being scored wants logits of every row; each sequence keeps room for one.
    private void LimitLogits()
    {
        var left = maxLogitRows - _running.Count;
        foreach (var sequence in _running.All)
            left -= sequence.Guesses.Drafted;
        foreach (var sequence in _running.All)
        {
            if (!sequence.IsScoring || sequence.Rows <= 1)
                continue;
            sequence.Rows = Math.Min(sequence.Rows, 1 + left);
            left -= sequence.Rows - 1;
        }
    }

    // The earliest first: it takes what it lacks from stalled sequences, then from batches, then from the latest. A batch takes from batches alone: it waits
    // while interactive ones have the pages, and they never wait for it.
    private void GivePages()
    {
        for (var i = 0; i < _running.Count; i++)
        {
            var sequence = _running.All[i];
            while (sequence.Rows > 0 && !ledger.TryGive(sequence, sequence.Computed + sequence.Rows))
            {
                // A guess takes no page that a stream uses.
                if (sequence.Guesses.Drafted > 0)
                {
                    sequence.Guesses.Drop();
                    continue;
                }
                var victim = _running.LatestStalled() is { } paused && paused != sequence ? paused : _running.LatestBatch() ?? _running.All[^1];
                if (victim == sequence)
                    sequence.Rows = Math.Min(sequence.Rows, sequence.Pages.Count * Kernels.Attention.KvLayout.PageTokens - sequence.Computed);
                else
                    Interrupt(victim);
                i = _running.PlaceOf(sequence);
                if (victim == sequence)
                    break;
            }
        }
    }
}
