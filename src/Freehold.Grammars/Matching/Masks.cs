using Freehold.Grammars.Automata;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Matching;

/// <summary>
/// The tokens that may follow a configuration. Where few bytes lead on, the vocabulary is walked along with the grammar, which ends early almost everywhere; where many do,
/// what was found once is used again (<see cref="WideMask"/>, <see cref="CharacterMask"/>). Whole masks are remembered within a budget.
/// </summary>
internal sealed class Masks(Machine machine, Vocabulary vocabulary, CharacterMask characters, GrammarLimits limits)
{
    private readonly TokenTrie _trie = vocabulary.Trie;
    private readonly Configuration[] _path = new Configuration[TokenTrie.MaxTokenBytes + 1];
    private readonly Dictionary<Node, WideMask> _wide = [];
    private readonly List<Configuration> _remembered = [];
    private readonly TokenSet _scratch = new(vocabulary.Count);
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
        Walk(narrow, 0, _trie.Bytes.Length, 0, set);
        foreach (var thread in at.Threads)
            if (thread.Node.IsWide)
                AddWide(thread, set);
        if (at.Accepts)
            foreach (var end in vocabulary.EndOfGeneration)
                set.Add(end);
        Remember(at, set);
    }

    private Configuration NarrowOf(Configuration at)
    {
        var narrow = Array.FindAll(at.Threads, thread => !thread.Node.IsWide);
        return narrow.Length == at.Threads.Length ? at : machine.Of(narrow, false);
    }

    private void AddWide(Frame thread, TokenSet set)
    {
        if (thread.Node == characters.Character && thread.Parent!.Node.Loop is { IsCharacters: true })
        {
            AddCharacters(thread.Parent, set);
            return;
        }
        var wide = Wide(thread.Node);
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
        wide = new WideMask(machine, node, _trie, _scratch);
        Spend(wide.Bytes);
        return _wide[node] = wide;
    }

    private void Below(int place, Configuration from, TokenSet set) => Walk(from, place + 1, _trie.Ends[place], _trie.Depths[place] + 1, set);

    private void Walk(Configuration from, int start, int end, int depth, TokenSet set)
    {
        if (from.Threads.Length == 0)
            return;
        _path[depth] = from;
        for (var i = start; i < end;)
        {
            depth = _trie.Depths[i];
            var reached = machine.Step(_path[depth], _trie.Bytes[i]);
            if (reached.IsDead)
            {
                i = _trie.Ends[i];
                continue;
            }
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
