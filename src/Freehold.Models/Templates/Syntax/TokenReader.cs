using System.Runtime.CompilerServices;

namespace Freehold.Models.Templates.Syntax;

/// <summary>Steps through tokens, says what was expected instead, and bounds how deep a parser recurses.</summary>
internal class TokenReader(List<Token> tokens)
{
    /// <summary>The deepest nesting of expressions and statements in the source.</summary>
    private const int MaxNesting = 100;

    private int _at;
    private int _nesting;

    protected Token Current => tokens[_at];

    protected Token Ahead => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    protected Token Take()
    {
        var token = Current;
        if (_at < tokens.Count - 1) _at++;
        return token;
    }

    protected bool SkipName(string name)
    {
        if (!Current.IsName(name)) return false;
        Take();
        return true;
    }

    protected bool Skip(string symbol)
    {
        if (!Current.Is(symbol)) return false;
        Take();
        return true;
    }

    protected Token Expect(TokenKind kind, string what) =>
        Current.Kind == kind ? Take() : throw Fault($"expected {what}, got {Current.Described}");

    protected void Expect(string symbol)
    {
        if (!Skip(symbol)) throw Fault($"expected '{symbol}', got {Current.Described}");
    }

    protected TemplateFault Fault(string message) => new(message, Current.Line);

    protected void Enter()
    {
        if (++_nesting > MaxNesting) throw Fault($"the template nests deeper than {MaxNesting}");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fault("the template nests deeper than the stack allows");
    }

    protected void Leave() => _nesting--;
}
