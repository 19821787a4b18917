using Freehold.Kernels.Attention;

namespace Freehold.Engine.Pages;

/// <summary>
/// Full pages by what they hold. A node is a page; its key is the tenant, the page before it and its own 64 token ids, so a page is only ever
/// found through the same tenant's same beginning. Nodes live in arrays indexed by page: nothing is allocated after the start.
/// </summary>
/// <remarks>
/// Pages that no sequence uses stand in a list, least recently used first. Sequences let go of their last page first, and whoever uses a page uses
/// all pages before it; so the head of the list never has a successor in the tree, and evicting it orphans nothing.
/// </remarks>
internal sealed class PrefixTree
{
    /// <summary>The parent of a sequence's first page.</summary>
    public const int Root = -1;

    private const int None = -1;
    private readonly int[] _buckets, _nextInBucket, _parent, _older, _newer;
    private readonly int[] _tokens;
    private readonly uint[] _hash;
    private readonly TenantKey[] _tenant;
    private readonly bool[] _published;
    private readonly ulong _seed;
    private int _oldest = None, _newest = None;

    /// <summary>Room for every page of a pool.</summary>
    public PrefixTree(int pages)
    {
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)pages)];
        Array.Fill(_buckets, None);
        _nextInBucket = new int[pages];
        _parent = new int[pages];
        _older = new int[pages];
        _newer = new int[pages];
        _tokens = new int[checked(pages * KvLayout.PageTokens)];
        _hash = new uint[pages];
        _tenant = new TenantKey[pages];
        _published = new bool[pages];
        // Where a key lands must not be known outside, or one client could make every lookup slow. It decides nothing else.
        // (A Guid's bits are the system's own randomness; RandomNumberGenerator would need OpenSSL on Linux.)
        _seed = BitConverter.ToUInt64(Guid.NewGuid().ToByteArray());
    }

    /// <summary>Pages kept although no sequence uses them.</summary>
    public int Idle { get; private set; }

    /// <summary>Whether the page can be found by others.</summary>
    public bool IsPublished(int page) => _published[page];

    /// <summary>Finds the page that holds these 64 tokens after <paramref name="parent"/>; <see cref="None"/> (-1) when there is none.</summary>
    public int Find(TenantKey tenant, int parent, ReadOnlySpan<int> tokens)
    {
        var hash = Hash(tenant, parent, tokens);
        var page = _buckets[hash & (_buckets.Length - 1)];
        while (page != None && !(_hash[page] == hash && _parent[page] == parent && _tenant[page] == tenant && TokensOf(page).SequenceEqual(tokens)))
            page = _nextInBucket[page];
        return page;
    }

    /// <summary>Makes a full page known under its key. The key must not be known yet (<see cref="Find"/>).</summary>
    public void Publish(TenantKey tenant, int parent, int page, ReadOnlySpan<int> tokens)
    {
        var hash = Hash(tenant, parent, tokens);
        tokens.CopyTo(TokensOf(page));
        (_tenant[page], _parent[page], _hash[page], _published[page]) = (tenant, parent, hash, true);
        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _nextInBucket[page] = bucket;
        bucket = page;
    }

    /// <summary>No sequence uses the published page any more: it may be evicted after all that stand before it.</summary>
    public void BecameIdle(int page)
    {
        (_older[page], _newer[page]) = (_newest, None);
        if (_newest == None)
            _oldest = page;
        else
            _newer[_newest] = page;
        _newest = page;
        Idle++;
    }

    /// <summary>A sequence uses the idle page again.</summary>
    public void BecameUsed(int page)
    {
        var (older, newer) = (_older[page], _newer[page]);
        if (older == None)
            _oldest = newer;
        else
            _newer[older] = newer;
        if (newer == None)
            _newest = older;
        else
            _older[newer] = older;
        Idle--;
    }

    /// <summary>Forgets the page that has been idle longest and returns it; -1 when none is idle.</summary>
    public int Evict()
    {
        var page = _oldest;
        if (page == None)
            return None;
        BecameUsed(page);
        ref var link = ref _buckets[_hash[page] & (_buckets.Length - 1)];
        while (link != page)
            link = ref _nextInBucket[link];
        link = _nextInBucket[page];
        _published[page] = false;
        return page;
    }

    private Span<int> TokensOf(int page) => _tokens.AsSpan(page * KvLayout.PageTokens, KvLayout.PageTokens);

    private uint Hash(TenantKey tenant, int parent, ReadOnlySpan<int> tokens)
    {
        var hash = Mix(_seed ^ tenant.Low);
        hash = Mix(hash ^ tenant.High);
        hash = Mix(hash ^ (uint)parent);
        foreach (var token in tokens)
            hash = Mix(hash ^ (uint)token);
        return (uint)(hash >> 32);
    }

    // SplitMix64's finaliser (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
