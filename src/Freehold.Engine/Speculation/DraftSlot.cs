using Freehold.Engine.Pages;
using Freehold.Engine.Sequences;

namespace Freehold.Engine.Speculation;

/// <summary>
/// What a drafting model holds of one text: its keys and values, and which tokens they are of. When its answer is over they stay, for the next turn of that conversation.
/// </summary>
internal sealed class DraftSlot(int context)
{
    private readonly int[] _held = new int[context];

    /// <summary>Its pages.</summary>
    public PageTable Pages { get; } = new(context);

    /// <summary>Whose text it is; null: nobody's any more.</summary>
    public Sequence? Owner { get; set; }

    /// <summary>Whose it was.</summary>
    public TenantKey Tenant { get; private set; }

    /// <summary>Tokens whose keys and values are there.</summary>
    public int Count { get; private set; }

    /// <summary>When it was last used.</summary>
    public long LastUsed { get; set; }

    /// <summary>How many of these tokens it holds already; 0 for another tenant's.</summary>
    public int Common(TenantKey tenant, ReadOnlySpan<int> tokens) => tenant == Tenant ? _held.AsSpan(0, Count).CommonPrefixLength(tokens) : 0;

    /// <summary>Keeps what it has in common with a text, from <paramref name="known"/> tokens on that are known to be so.</summary>
    public void Keep(ReadOnlySpan<int> tokens, int known) => Count = known + _held.AsSpan(known, Count - known).CommonPrefixLength(tokens[known..]);

    /// <summary>It becomes another's; what it holds for another tenant must be gone by then (<see cref="Empty"/>).</summary>
    public void Give(Sequence owner) => (Owner, Tenant) = (owner, owner.Tenant);

    /// <summary>Tokens were computed.</summary>
    public void Add(ReadOnlySpan<int> tokens)
    {
        tokens.CopyTo(_held.AsSpan(Count));
        Count += tokens.Length;
    }

    /// <summary>Holds nothing; its pages go back.</summary>
    public void Empty(KvPool pool)
    {
        Count = 0;
        while (Pages.Count > 0)
        {
            var page = Pages.RemoveLast();
            pool.LetGo(page);
            pool.GiveBack(page);
        }
    }
}
