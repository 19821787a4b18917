using System.Globalization;
using System.Text;
using Freehold.Grammars.Automata;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Gbnf;

/// <summary>
/// Reads llama.cpp's GBNF (grammars/README.md of llama.cpp): rules <c>name ::= ...</c>, literals, classes, any character (<c>.</c>), groups, alternatives, <c>* + ? {m,n}</c> and
/// comments. Token references (<c>&lt;[id]&gt;</c>) are refused: control tokens never stand inside a constrained text.
/// </summary>
internal sealed class GbnfReader(string text, Weaver weaver)
{
    private const int MaxDepth = 200;
    private readonly Dictionary<string, (Rule Rule, bool IsDefined)> _rules = [];
    private readonly Utf8Weaver _utf8 = new(weaver);
    private readonly List<(Rule Body, int Place)> _repeated = [];
    private readonly GbnfText _text = new(text);
    private int _depth;

    /// <summary>The rule <c>root</c>.</summary>
    public Rule Read()
    {
        for (_text.SkipSpace(newlines: true); !_text.IsAtEnd; _text.SkipSpace(newlines: true))
            ReadRule();
        foreach (var (name, (_, isDefined)) in _rules)
            if (!isDefined)
                throw _text.Malformed($"the rule '{name}' is used, but nowhere defined");
        if (!_rules.TryGetValue("root", out var root))
            throw _text.Malformed("there is no rule 'root'");
        EmptyPaths.Refuse(weaver.Nodes, _rules.Values.Select(each => each.Rule), _repeated);
        return root.Rule;
    }

    private void ReadRule()
    {
        var name = _text.Name() ?? throw _text.Malformed("a rule's name was expected");
        _text.SkipSpace(newlines: false);
        if (!_text.Skip("::="))
            throw _text.Malformed($"'::=' was expected behind '{name}'");
        var rule = Use(name);
        if (_rules[name].IsDefined)
            throw _text.Malformed($"the rule '{name}' is defined twice");
        _rules[name] = (rule, true);
        _text.SkipSpace(newlines: true);
        Alternatives(rule.Start, inGroup: false).IsFinal = true;
    }

    private Node Alternatives(Node from, bool inGroup)
    {
        if (++_depth > MaxDepth)
            throw _text.Malformed($"groups are nested more than {MaxDepth} deep");
        var end = weaver.Node();
        do
        {
            _text.SkipSpace(newlines: true);
            Weaver.Skip(Sequence(from, inGroup), end);
        }
        while (_text.Skip("|"));
        _depth--;
        return end;
    }

    private Node Sequence(Node from, bool inGroup)
    {
        var at = from;
        while (_text.Next is not ('|' or ')' or '\n' or '\r'))
        {
            var start = weaver.Node();
            at = Quantified(at, start, Item(start));
            _text.SkipSpace(inGroup);
        }
        return at;
    }

    // What was woven from start to end is joined to what stands before it, as often as is wanted.
    private Node Quantified(Node before, Node start, Node end)
    {
        if (_text.Skip("{"))
            return Counted(before, start, end);
        Weaver.Skip(before, start);
        var quantifier = _text.Next;
        if (!_text.Skip("*") && !_text.Skip("+") && !_text.Skip("?"))
            return end;
        var after = weaver.Node();
        Weaver.Skip(end, after);
        if (quantifier is '*' or '?')
            Weaver.Skip(start, after);
        if (quantifier is '*' or '+')
            Weaver.Skip(end, start);
        return after;
    }

    private Node Counted(Node before, Node start, Node end)
    {
        var min = _text.Number();
        var max = !_text.Skip(",") ? min : char.IsAsciiDigit(_text.Next) ? _text.Number() : Loop.Endless;
        if (!_text.Skip("}") || max < min)
            throw _text.Malformed("a repetition must be {n}, {n,} or {n,m}");
        end.IsFinal = true;
        _repeated.Add((new Rule("repetition") { Start = start }, _text.At));
        return weaver.Repeat(before, _repeated[^1].Body, min, max);
    }

    private Node Item(Node from)
    {
        if (_text.Skip("\""))
            return Literal(from);
        if (_text.Skip("["))
            return Characters(from, _text.Class());
        if (_text.Skip("."))
            return Characters(from, CharSet.All);
        if (_text.Skip("("))
        {
            var end = Alternatives(from, inGroup: true);
            return _text.Skip(")") ? end : throw _text.Malformed("a group is not closed");
        }
        if (_text.Next is '<' or '!')
            throw GrammarRefusedException.Unenforceable(_text.Place, "references to tokens are not supported: control tokens never stand inside a constrained text");
        return weaver.Call(from, Use(_text.Name() ?? throw _text.Malformed($"'{_text.Next}' was not expected")));
    }

    private Node Literal(Node from)
    {
        while (!_text.Skip("\""))
        {
            if (_text.IsAtEnd)
                throw _text.Malformed("a literal is not closed");
            from = Characters(from, One(_text.Character()));
        }
        return from;
    }

    private Node Characters(Node from, CharSet set)
    {
        var to = weaver.Node();
        _utf8.Plain(from, set, to);
        return to;
    }

    private static CharSet One(int value) => CharSet.Of((value, value));

    private Rule Use(string name)
    {
        if (!_rules.TryGetValue(name, out var known))
            _rules[name] = known = (weaver.Rule(name), false);
        return known.Rule;
    }
}
