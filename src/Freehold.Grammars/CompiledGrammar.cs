using Freehold.Grammars.Automata;
using Freehold.Grammars.Matching;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars;

/// <summary>
/// A grammar made ready for a vocabulary. Many texts may follow it at once, from any threads; what they learn about it they share.
/// </summary>
public sealed class CompiledGrammar
{
    private readonly Lock _lock = new();
    private readonly Machine _machine;
    private readonly Masks _masks;
    private readonly GrammarLimits _limits;

    internal CompiledGrammar(Rule root, ByteClasses classes, Vocabulary vocabulary, CharacterMask characters, IReadOnlyList<string> unenforced, GrammarLimits limits)
    {
        (Vocabulary, Unenforced, _limits) = (vocabulary, unenforced, limits);
        if (root.Start.Distance == Node.Unreachable)
            throw GrammarRefusedException.Unsatisfiable("nothing satisfies it: its parts contradict each other, or it contains itself without end");
        if (root.Start.Distance > limits.MaxShortestBytes)
            throw GrammarRefusedException.Limit("", $"the shortest text that satisfies it has {root.Start.Distance:N0} bytes; at most {limits.MaxShortestBytes:N0} are possible");
        _machine = new Machine(root, classes, limits);
        _masks = new Masks(_machine, vocabulary, characters, limits);
        ShortestTokens = Matching.Ending.Tokens(Matching.Ending.Bytes(_machine, _machine.Start, vocabulary.Spellable), vocabulary.Trie).Length;
    }

    /// <summary>The vocabulary.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>JSON pointers to assertions that are not enforced; always empty for a strict schema.</summary>
    public IReadOnlyList<string> Unenforced { get; }

    /// <summary>Tokens that the shortest text takes.</summary>
    public int ShortestTokens { get; }

    /// <summary>A text at its beginning.</summary>
    public GrammarState Begin() => new(this, _machine.Start);

    /// <summary>Whether a whole text satisfies the grammar.</summary>
    public bool Accepts(ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            var at = _machine.Start;
            foreach (var value in text)
                at = _machine.Step(at, value);
            _machine.Trim();
            return at.Accepts;
        }
    }

    internal void Fill(Configuration at, TokenSet set)
    {
        lock (_lock)
        {
            _machine.Trim();
            _masks.Fill(_machine.Adopt(at), set);
        }
    }

    internal Configuration After(Configuration at, int token)
    {
        lock (_lock)
        {
            at = _machine.Adopt(at);
            foreach (var value in Vocabulary[token])
                at = _machine.Step(at, value);
            return at;
        }
    }

    // At most so many bytes are looked through: beyond them no ending is near.
    internal int[]? Ending(Configuration at, int tokens)
    {
        if (at.Distance > Math.Min(_limits.MaxShortestBytes, (long)tokens * TokenTrie.MaxTokenBytes))
            return null;
        lock (_lock)
        {
            var ending = Matching.Ending.Tokens(Matching.Ending.Bytes(_machine, _machine.Adopt(at), Vocabulary.Spellable), Vocabulary.Trie);
            return ending.Length <= tokens ? ending : null;
        }
    }
}
