using Freehold.Grammars.Automata;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Matching;

/// <summary>
/// The tokens that may follow a configuration. Where few bytes lead on, the vocabulary is walked along with the grammar, which ends early almost everywhere; where many do,
/// what was found once is used again (<see cref="WideMask"/>, <see cref="CharacterMask"/>). Whole masks are remembered within a budget.
/// </summary>
internal sealed class Masks(Machine machine, Vocabulary vocabulary, CharacterMask characters, GrammarLimits limits)
{
    private const int MaxWide = 4;
    private readonly TokenTrie _trie = vocabulary.Trie;
    private readonly Configuration[] _path = new Configuration[TokenTrie.MaxTokenBytes + 1];
    private readonly Dictionary<Node, WideMask> _wide = [];
    private readonly List<Configuration> _remembered = [];
    private readonly WideMask?[] _ready = new WideMask?[MaxWide];
    private readonly TokenSet _scratch = new(vocabulary.Count);
    private readonly MaskWork _work = new(limits.MaxMaskWork);
    private int _bytes;

    /// <summary>Sets <paramref name="set"/> to the tokens that may follow, those that end an answer included where the text may end.</summary>
    public void Fill(Configuration at, TokenSet set)
    {
        set.Clear();
        if (at.Mask is { } known)
        {
            known.AddTo(set);
            return;
        }
        var narrow = at.Narrow ??= NarrowOf(at);
        // With many wide threads one walk of all together costs less than what would be remembered of each.
        var isWalked = at.Threads.Length - narrow.Threads.Length > MaxWide;
        var isUsable = isWalked || Prepare(at.Threads);
        _work.Begin();
        Walk(isWalked ? at : narrow, 0, _trie.Bytes.Length, 0, set);
        for (int i = 0, wide = 0; i < at.Threads.Length && !isWalked; i++)
            if (at.Threads[i].Node.IsWide)
                AddWide(at.Threads[i], _ready[wide++], set);
        if (!isUsable || _work.IsSpent)
            OnlyBytes(at, set);
        if (at.Accepts)
            foreach (var end in vocabulary.EndOfGeneration)
                set.Add(end);
        Remember(at, set);
    }

    // A grammar that costs too much may go on byte by byte: fewer tokens, but never a wrong one, and never none.
    private void OnlyBytes(Configuration at, TokenSet set)
    {
        set.Clear();
        for (var i = 0; i < _trie.Bytes.Length; i = _trie.Ends[i])
            if (!machine.Step(at, _trie.Bytes[i]).IsDead)
                for (var token = _trie.Tokens[i]; token >= 0; token = _trie.Same(token))
                    set.Add(token);
    }

    private Configuration NarrowOf(Configuration at)
    {
        var narrow = Array.FindAll(at.Threads, thread => !thread.Node.IsWide);
        return narrow.Length == at.Threads.Length ? at : machine.Of(narrow, false);
    }

    // Before the work is counted, so that it counts the same whether these are remembered or not. False: one costs too much.
    private bool Prepare(Frame[] threads)
    {
        var (isUsable, count) = (true, 0);
        foreach (var thread in threads)
        {
            if (!thread.Node.IsWide)
                continue;
            _ready[count] = IsInString(thread) ? null : Wide(thread.Node);
            isUsable &= _ready[count++] is not { IsUsable: false };
        }
        return isUsable;
    }

    private bool IsInString(Frame thread) => thread.Node == characters.Character && thread.Parent!.Node.Loop is { IsCharacters: true };

    private void AddWide(Frame thread, WideMask? wide, TokenSet set)
    {
        if (wide is null)
        {
            AddCharacters(thread.Parent!, set);
            return;
        }
        wide.AddTo(set);
        var after = machine.Entered(thread.Parent);
        foreach (var place in wide.Exits)
            Below(place, after, set);
    }

    // The parent counts the characters that follow the one that is about to begin.
    private void AddCharacters(Frame loop, TokenSet set)
    {
        var most = loop.High == Loop.Endless ? Loop.Endless : loop.High + 1;
        characters.AddTo(set, most);
        var after = machine.Entered(loop.Parent);
        foreach (var (place, count) in characters.Exits)
        {
            if (count <= loop.Low || count > most)
                continue;
            for (var token = _trie.Tokens[place]; token >= 0; token = _trie.Same(token))
                set.Add(token);
            Below(place, after, set);
        }
    }

    private WideMask Wide(Node node)
    {
        if (_wide.TryGetValue(node, out var wide))
            return wide;
        wide = new WideMask(machine, node, _trie, _scratch, _work);
        Spend(wide.Bytes);
        return _wide[node] = wide;
    }

    private void Below(int place, Configuration from, TokenSet set) => Walk(from, place + 1, _trie.Ends[place], _trie.Depths[place] + 1, set);

    private void Walk(Configuration from, int start, int end, int depth, TokenSet set)
    {
        if (from.Threads.Length == 0)
            return;
        _path[depth] = from;
        for (var i = start; i < end && !_work.IsSpent;)
        {
            depth = _trie.Depths[i];
            var reached = machine.Step(_path[depth], _trie.Bytes[i]);
            if (reached.IsDead)
            {
                i = _trie.Ends[i];
                continue;
            }
            _work.Meet(reached);
            for (var token = _trie.Tokens[i]; token >= 0; token = _trie.Same(token))
                set.Add(token);
            _path[depth + 1] = reached;
            i++;
        }
    }

    private void Remember(Configuration at, TokenSet set)
    {
        at.Mask = new StoredMask(set);
        _remembered.Add(at);
        Spend(at.Mask.Bytes);
    }

    private void Spend(int bytes)
    {
        _bytes += bytes;
        if (_bytes <= limits.MaxMaskBytes)
            return;
        foreach (var configuration in _remembered)
            configuration.Mask = null;
        _remembered.Clear();
        _wide.Clear();
        _bytes = 0;
    }
}
