using Freehold.Engine.Pages;
using Freehold.Engine.Sequences;
using Freehold.Kernels.Attention;

namespace Freehold.Engine.Speculation;

/// <summary>
/// The drafting model's texts and their pages: few of both, so who drafts takes the slot that holds most of its beginning, else the one that was longest unused.
/// Owned by the engine's thread.
/// </summary>
internal sealed unsafe class DraftSlots : IDisposable
{
    private readonly KvPool _pool;
    private readonly DraftSlot[] _slots;
    private long _steps;

    /// <summary>Makes room for texts.</summary>
    /// <param name="count">How many texts.</param>
    /// <param name="pageBytes">Bytes of a page of the drafting model.</param>
    /// <param name="pages">Pages for all of them.</param>
    /// <param name="context">Positions a text may have.</param>
    public DraftSlots(int count, long pageBytes, int pages, int context)
    {
        _pool = new KvPool(pageBytes, pages);
        _slots = [.. Enumerable.Range(0, count).Select(_ => new DraftSlot(context))];
    }

    /// <summary>Texts there may be.</summary>
    public int Count => _slots.Length;

    /// <summary>The pages' memory.</summary>
    public KvMemory Memory => _pool.Memory;

    /// <summary>Pages that texts have taken.</summary>
    public int PagesInUse => _pool.Pages - _pool.Free;

    /// <summary>A step begins: what it uses is not taken away in it.</summary>
    public void Begin() => _steps++;

    /// <summary>A sequence is over. What is held of it stays, for one that begins alike.</summary>
    public void Forget(Sequence sequence)
    {
        foreach (var slot in _slots)
            if (slot.Owner == sequence)
                slot.Owner = null;
    }

    /// <summary>The sequence's slot, with pages for that many positions; null where others of this step have them all.</summary>
    public DraftSlot? For(Sequence sequence, int positions)
    {
        if ((Owned(sequence) ?? Claim(sequence)) is not { } slot)
            return null;
        slot.LastUsed = _steps;
        slot.Keep(sequence.Tokens[..^1], Math.Min(slot.Count, sequence.Guesses.DraftedUpTo));
        sequence.Guesses.DraftedUpTo = slot.Count;
        while (slot.Pages.Count < PageTable.PagesFor(positions))
        {
            if (_pool.TryTake(out var page))
                slot.Pages.Add(page);
            else if (Oldest(except: slot) is { Pages.Count: > 0 } other)
                other.Empty(_pool);
            else
                return null;
        }
        return slot;
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    private DraftSlot? Owned(Sequence sequence)
    {
        foreach (var slot in _slots)
            if (slot.Owner == sequence)
                return slot;
        return null;
    }

    // The one that holds most of its beginning, else the longest unused; never one that this step uses.
    private DraftSlot? Claim(Sequence sequence)
    {
        DraftSlot? best = null;
        var most = 0;
        foreach (var slot in _slots)
            if (slot.Owner is null && slot.Common(sequence.Tenant, sequence.Tokens) is var common && common > most)
                (best, most) = (slot, common);
        best ??= Oldest(except: null);
        if (best is null)
            return null;
        if (most == 0)
            best.Empty(_pool);
        best.Give(sequence);
        sequence.Guesses.DraftedUpTo = 0;
        return best;
    }

    private DraftSlot? Oldest(DraftSlot? except)
    {
        DraftSlot? oldest = null;
        foreach (var slot in _slots)
            if (slot != except && slot.LastUsed < _steps && (oldest is null || Age(slot) < Age(oldest)))
                oldest = slot;
        return oldest;

        static long Age(DraftSlot slot) => slot.LastUsed - (slot.Owner is null ? long.MaxValue / 2 : 0);
    }
}
