using Freehold.Grammars.Automata;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Matching;

/// <summary>
/// The tokens that may follow at a node from which many bytes lead on, whatever stands around its rule: those that stay inside the rule are known once and for all;
/// where a token leaves the rule (its exits), the rest of it is looked at when the surroundings are known (arXiv 2411.15100).
/// </summary>
internal sealed class WideMask
{
    private readonly StoredMask _inside;
    private readonly int[] _exits;

    /// <summary>Walks through the vocabulary once.</summary>
    /// <param name="machine">Of the grammar.</param>
    /// <param name="node">The node.</param>
    /// <param name="trie">The vocabulary.</param>
    /// <param name="scratch">To work in.</param>
    /// <param name="work">Given up where it is spent.</param>
    public WideMask(Machine machine, Node node, TokenTrie trie, TokenSet scratch, MaskWork work)
    {
        work.Begin();
        var exits = new List<int>();
        scratch.Clear();
        var path = new Configuration[TokenTrie.MaxTokenBytes + 1];
        path[0] = machine.Of([machine.Alone(node)], false);
        for (var i = 0; i < trie.Bytes.Length && !work.IsSpent;)
        {
            var depth = trie.Depths[i];
            var reached = machine.Step(path[depth], trie.Bytes[i]);
            if (reached.IsDead)
            {
                i = trie.Ends[i];
                continue;
            }
            work.Meet(reached);
            for (var token = trie.Tokens[i]; token >= 0; token = trie.Same(token))
                scratch.Add(token);
            if (reached.Accepts && trie.Ends[i] > i + 1)
                exits.Add(i);
            path[depth + 1] = reached;
            i++;
        }
        IsUsable = !work.IsSpent;
        (_inside, _exits) = (new StoredMask(scratch), [.. exits]);
    }

    /// <summary>Whether the walk came to its end.</summary>
    public bool IsUsable { get; }

    /// <summary>What it costs.</summary>
    public int Bytes => _inside.Bytes + _exits.Length * sizeof(int);

    /// <summary>Places of the trie at which the rule may have ended, with more bytes below.</summary>
    public ReadOnlySpan<int> Exits => _exits;

    /// <summary>Adds the tokens that stay inside.</summary>
    public void AddTo(TokenSet set) => _inside.AddTo(set);
}
