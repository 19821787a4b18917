using Freehold.Engine.Sequences;
using Freehold.Kernels.Attention;

namespace Freehold.Engine.Pages;

/// <summary>Who uses which page: gives pages to sequences, shares full ones inside a tenant, takes all back. Owned by the engine's thread.</summary>
internal sealed class PageLedger(KvPool pool, bool sharePrefixes)
{
    private readonly PrefixTree _tree = new(pool.Capacity);

    /// <summary>Pages in all, those given up not counted.</summary>
    public int Total => pool.Pages;

    /// <summary>Pages that a sequence could have now: empty ones, and cached ones that nobody uses.</summary>
    public int Available => pool.Free + _tree.Idle;

    /// <summary>Cached pages that nobody uses.</summary>
    public int Cached => _tree.Idle;

    /// <summary>Pages that sequences use.</summary>
    public int InUse => Total - Available;

    /// <summary>
    /// While the sequence stands on a page border, takes over pages that already hold its next tokens. Its last known token is never taken over: computing
    /// it gives the logits; nor is any token of a prompt that is being scored.
    /// </summary>
    public void TakeShared(Sequence sequence)
    {
        const int size = KvLayout.PageTokens;
        var pages = sequence.Pages;
        while (sharePrefixes && !sequence.IsScoring && sequence.Computed == pages.Count * size && sequence.Computed + size < sequence.Tokens.Length)
        {
            var page = _tree.Find(sequence.Tenant, Parent(pages, pages.Count), sequence.Tokens.Slice(sequence.Computed, size));
            if (page < 0)
                return;
            Hold(page);
            pages.Add(page);
            pages.Published = pages.Count;
            sequence.Skip(size);
        }
    }

    /// <summary>Gives the sequence pages until it has room for <paramref name="positions"/>; false when they ran out (it keeps what it got).</summary>
    public bool TryGive(Sequence sequence, int positions)
    {
        for (var missing = PageTable.PagesFor(positions) - sequence.Pages.Count; missing > 0; missing--)
        {
            if (!pool.TryTake(out var page))
            {
                var evicted = _tree.Evict();
                if (evicted < 0)
                    return false;
                pool.GiveBack(evicted);
                pool.TryTake(out page);
            }
            sequence.Pages.Add(page);
        }
        return true;
    }

    /// <summary>
    /// Makes the sequence's pages that have become full known to others of its tenant. Where another sequence was first, its page
    /// is taken instead: both hold the same bits, since results do not depend on the batch (docs/numerics.md).
    /// </summary>
    public void PublishFull(Sequence sequence)
    {
        const int size = KvLayout.PageTokens;
        var pages = sequence.Pages;
        while (sharePrefixes && (pages.Published + 1) * size <= sequence.Computed)
        {
            var index = pages.Published;
            var tokens = sequence.Tokens.Slice(index * size, size);
            var known = _tree.Find(sequence.Tenant, Parent(pages, index), tokens);
            if (known < 0)
            {
                _tree.Publish(sequence.Tenant, Parent(pages, index), pages[index], tokens);
            }
            else
            {
                Hold(known);
                LetGo(pages[index]);
                pages[index] = known;
            }
            pages.Published++;
        }
    }

    /// <summary>Makes the total what it shall be, as far as pages are empty, or cached and unused; false when it is still more.</summary>
    public bool TryResize(int pages)
    {
        while (Total < pages && pool.TryRegain()) { }
        while (Total > pages)
        {
            if (pool.TryGiveUp())
                continue;
            var evicted = _tree.Evict();
            if (evicted < 0)
                return false;
            pool.GiveBack(evicted);
        }
        return true;
    }

    /// <summary>Takes all pages from the sequence, the last first.</summary>
    public void TakeBack(Sequence sequence)
    {
        while (sequence.Pages.Count > 0)
            LetGo(sequence.Pages.RemoveLast());
        sequence.Pages.Published = 0;
    }

    private static int Parent(PageTable pages, int index) => index == 0 ? PrefixTree.Root : pages[index - 1];

    private void Hold(int page)
    {
        if (pool.Hold(page) == 1)
            _tree.BecameUsed(page);
    }

    private void LetGo(int page)
    {
        if (pool.LetGo(page) > 0)
            return;
        if (_tree.IsPublished(page))
            _tree.BecameIdle(page);
        else
            pool.GiveBack(page);
    }
}
