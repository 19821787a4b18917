using Freehold.Grammars.Automata;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Matching;

/// <summary>
/// What <see cref="WideMask"/> is for a node, for the inside of any JSON string: made once for a vocabulary, with each token's number of characters, so that the
/// mask of a string that may have 3 to 40 more characters is read off instead of walked for.
/// </summary>
internal sealed class CharacterMask
{
    // More characters than a token can have.
    private const int Plenty = 1 << 20;
    private readonly ulong[] _all;
    private readonly int[] _tokens, _upTo;
    private readonly (int Place, int Characters)[] _exits;

    /// <summary>Walks through the vocabulary once.</summary>
    /// <param name="machine">Of a rule that holds the loop.</param>
    /// <param name="loop">The node of an endless <see cref="Loop.IsCharacters"/>.</param>
    /// <param name="trie">The vocabulary.</param>
    /// <param name="scratch">To work in.</param>
    public CharacterMask(Machine machine, Node loop, TokenTrie trie, TokenSet scratch)
    {
        Character = loop.Loop!.Body.Start;
        scratch.Clear();
        var exits = new List<(int, int)>();
        var tokens = new List<(int Characters, int Token)>();
        var path = new Configuration[TokenTrie.MaxTokenBytes + 1];
        path[0] = machine.Of([machine.Alone(Character, machine.Alone(loop, 0, Plenty))], false);
        for (var i = 0; i < trie.Bytes.Length;)
        {
            var depth = trie.Depths[i];
            var reached = machine.Step(path[depth], trie.Bytes[i]);
            if (reached.IsDead)
            {
                i = trie.Ends[i];
                continue;
            }
            var characters = reached.Accepts ? Characters(path[depth]) : Characters(reached);
            for (var token = trie.Tokens[i]; token >= 0; token = trie.Same(token))
            {
                // A token that ends the string is an exit, though nothing is below.
                if (!reached.Accepts)
                {
                    scratch.Add(token);
                    tokens.Add((characters, token));
                }
            }
            if (reached.Accepts)
                exits.Add((i, characters));
            path[depth + 1] = reached;
            i++;
        }
        _all = scratch.Words.ToArray();
        _exits = [.. exits];
        var sorted = tokens.OrderBy(token => token.Characters).ToArray();
        _tokens = [.. sorted.Select(token => token.Token)];
        _upTo = new int[(sorted.Length == 0 ? 0 : sorted[^1].Characters) + 1];
        for (var i = 0; i < sorted.Length; i++)
            _upTo[sorted[i].Characters] = i + 1;
        for (var i = 1; i < _upTo.Length; i++)
            _upTo[i] = Math.Max(_upTo[i], _upTo[i - 1]);
    }

    /// <summary>Where a character of a string begins.</summary>
    public Node Character { get; }

    /// <summary>Places of the trie at which the string has ended, and how many characters came before.</summary>
    public ReadOnlySpan<(int Place, int Characters)> Exits => _exits;

    /// <summary>Adds the tokens of at most so many characters, an unfinished one included.</summary>
    public void AddTo(TokenSet set, int most)
    {
        if (most >= _upTo.Length - 1)
            set.Join(_all);
        else
            foreach (var token in _tokens.AsSpan(0, _upTo[most]))
                set.Add(token);
    }

    // Characters that are begun. The first thread is in a character, or stands before one.
    private static int Characters(Configuration at)
    {
        var thread = at.Threads[0];
        var complete = Plenty - thread.Parent!.High;
        return thread.Node == thread.Parent.Node.Loop!.Body.Start ? complete : complete + 1;
    }
}
