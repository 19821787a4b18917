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
    private int _at, _depth;

    /// <summary>The rule <c>root</c>.</summary>
    public Rule Read()
    {
        for (SkipSpace(newlines: true); _at < text.Length; SkipSpace(newlines: true))
            ReadRule();
        foreach (var (name, (_, isDefined)) in _rules)
            if (!isDefined)
                throw Malformed($"the rule '{name}' is used, but nowhere defined");
        if (!_rules.TryGetValue("root", out var root))
            throw Malformed("there is no rule 'root'");
        EmptyPaths.Refuse(weaver.Nodes, _rules.Values.Select(each => each.Rule), _repeated);
        return root.Rule;
    }

    private void ReadRule()
    {
        var name = Name() ?? throw Malformed("a rule's name was expected");
        SkipSpace(newlines: false);
        if (!Skip("::="))
            throw Malformed($"'::=' was expected behind '{name}'");
        var rule = Use(name);
        if (_rules[name].IsDefined)
            throw Malformed($"the rule '{name}' is defined twice");
        _rules[name] = (rule, true);
        SkipSpace(newlines: true);
        Alternatives(rule.Start, inGroup: false).IsFinal = true;
    }

    private Node Alternatives(Node from, bool inGroup)
    {
        if (++_depth > MaxDepth)
            throw Malformed($"groups are nested more than {MaxDepth} deep");
        var end = weaver.Node();
        do
        {
            SkipSpace(newlines: true);
            Weaver.Skip(Sequence(from, inGroup), end);
        }
        while (Skip("|"));
        _depth--;
        return end;
    }

    private Node Sequence(Node from, bool inGroup)
    {
        var at = from;
        while (_at < text.Length && text[_at] is not ('|' or ')' or '\n' or '\r'))
        {
            var start = weaver.Node();
            at = Quantified(at, start, Item(start));
            SkipSpace(inGroup);
        }
        return at;
    }

    // What was woven from start to end is joined to what stands before it, as often as is wanted.
    private Node Quantified(Node before, Node start, Node end)
    {
        if (Skip("{"))
            return Counted(before, start, end);
        Weaver.Skip(before, start);
        if (_at >= text.Length || text[_at] is not ('*' or '+' or '?'))
            return end;
        var quantifier = text[_at++];
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
        var min = Number();
        var max = !Skip(",") ? min : _at < text.Length && char.IsAsciiDigit(text[_at]) ? Number() : Loop.Endless;
        if (!Skip("}") || max < min)
            throw Malformed("a repetition must be {n}, {n,} or {n,m}");
        end.IsFinal = true;
        _repeated.Add((new Rule("repetition") { Start = start }, _at));
        return weaver.Repeat(before, _repeated[^1].Body, min, max);
    }

    private Node Item(Node from)
    {
        switch (text[_at])
        {
            case '"':
                _at++;
                return Literal(from);
            case '[':
                _at++;
                return Characters(from, Class());
            case '.':
                _at++;
                return Characters(from, CharSet.All);
            case '(':
                _at++;
                var end = Alternatives(from, inGroup: true);
                return Skip(")") ? end : throw Malformed("a group is not closed");
            case '<' or '!':
                throw GrammarRefusedException.Unenforceable(Place, "references to tokens are not supported: control tokens never stand inside a constrained text");
            default:
                return weaver.Call(from, Use(Name() ?? throw Malformed($"'{text[_at]}' was not expected")));
        }
    }

    private Node Literal(Node from)
    {
        while (!Skip("\""))
        {
            if (_at == text.Length)
                throw Malformed("a literal is not closed");
            from = Characters(from, One(Character()));
        }
        return from;
    }

    private CharSet Class()
    {
        var isNegated = Skip("^");
        var set = CharSet.None;
        while (!Skip("]"))
        {
            if (_at == text.Length)
                throw Malformed("a class is not closed");
            var (low, high) = (Character(), -1);
            if (_at + 1 < text.Length && text[_at] == '-' && text[_at + 1] != ']')
            {
                _at++;
                high = Character();
            }
            set = set.Or(CharSet.Of((low, high < 0 ? low : high)));
        }
        return isNegated ? set.Not() : set;
    }

    private int Character()
    {
        if (text[_at] != '\\')
            return PatternEscape.Scalar(text, ref _at);
        if (++_at == text.Length)
            throw Malformed("it ends with a backslash");
        var escape = text[_at++];
        return escape switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'x' => Hex(2),
            'u' => Hex(4),
            'U' => Hex(8),
            '\\' or '"' or '[' or ']' or '-' or '^' => escape,
            _ => throw Malformed($"'\\{escape}' is no escape"),
        };
    }

    private int Hex(int digits)
    {
        if (_at + digits > text.Length || !int.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !Rune.IsValid(value))
            throw Malformed($"an escape needs {digits} hexadecimal digits of a scalar value");
        _at += digits;
        return value;
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

    private string? Name()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_'))
            _at++;
        return _at == start ? null : text[start.._at];
    }

    private int Number()
    {
        var start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        return int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000
            ? number
            : throw Malformed("a repetition needs a number up to 1,000,000");
    }

    private bool Skip(string what)
    {
        if (!text.AsSpan(_at).StartsWith(what, StringComparison.Ordinal))
            return false;
        _at += what.Length;
        return true;
    }

    private void SkipSpace(bool newlines)
    {
        while (_at < text.Length && (text[_at] is ' ' or '\t' or '#' || (newlines && text[_at] is '\n' or '\r')))
        {
            if (text[_at] == '#')
                while (_at < text.Length && text[_at] is not ('\n' or '\r'))
                    _at++;
            else
                _at++;
        }
    }

    private string Place => $"line {text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1}";

    private GrammarRefusedException Malformed(string what) => GrammarRefusedException.Invalid(Place, what);
}
