using Freehold.Grammars.Matching;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars;

/// <summary>How far one text has come in a grammar. It depends on the tokens taken and on nothing else.</summary>
public sealed class GrammarState
{
    private readonly CompiledGrammar _grammar;
    private Configuration _at;

    internal GrammarState(CompiledGrammar grammar, Configuration at) => (_grammar, _at) = (grammar, at);

    /// <summary>Whether the text may end here.</summary>
    public bool IsComplete => _at.Accepts;

    /// <summary>Whether the text must end here: it is complete and nothing may follow.</summary>
    public bool IsFinished => _at.Accepts && _at.Threads.Length == 0;

    /// <summary>The fewest bytes that complete the text; 0 where it is complete.</summary>
    public long BytesToEnd => _at.Distance;

    /// <summary>Sets <paramref name="allowed"/> to the tokens that may follow; those that end an answer are in it exactly where the text may end.</summary>
    public void Fill(TokenSet allowed) => _grammar.Fill(_at, allowed);

    /// <summary>Takes a token. False, and nothing is taken, where it may not follow.</summary>
    public bool TryTake(int token)
    {
        if (_grammar.Vocabulary[token].Length == 0)
            return false;
        var next = _grammar.After(_at, token);
        if (next.IsDead)
            return false;
        _at = next;
        return true;
    }

    /// <summary>Whether a token may follow.</summary>
    public bool CanTake(int token) => _grammar.Vocabulary[token].Length > 0 && !_grammar.After(_at, token).IsDead;

    /// <summary>Another text that stands where this one does.</summary>
    public GrammarState Copy() => new(_grammar, _at);

    /// <summary>Whether, once a token is taken, so many further tokens suffice to complete the text.</summary>
    public bool CanEndAfter(int token, int furtherTokens)
    {
        var next = _grammar.After(_at, token);
        return !next.IsDead && (next.Distance <= furtherTokens || _grammar.Ending(next, furtherTokens) is not null);
    }

    /// <summary>Tokens that complete the text with the fewest bytes; null where more than <paramref name="most"/> are needed.</summary>
    public int[]? Ending(int most) => _grammar.Ending(_at, most);
}
