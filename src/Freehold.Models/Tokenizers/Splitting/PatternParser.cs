using System.Globalization;
using System.Text;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>
/// Reads the regular expressions that pre-tokenizers are published with: sets, categories, groups, <c>(?i:)</c>, greedy and possessive
/// quantifiers, look-ahead. Nothing else: patterns come from our own table, and what is not known is refused.
/// </summary>
internal sealed class PatternParser
{
    private readonly int[] _text;
    private readonly string _pattern;
    private int _at;
    private bool _ignoreCase;

    private PatternParser(string pattern)
    {
        _pattern = pattern;
        var text = new List<int>(pattern.Length);
        foreach (var rune in pattern.EnumerateRunes())
            text.Add(rune.Value);
        _text = [.. text];
    }

    /// <summary>Parses a pattern into its ways.</summary>
    /// <exception cref="ModelFormatException">It uses what is not known here.</exception>
    public static IReadOnlyList<PatternNode> Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        var ways = parser.Ways();
        return parser._at == parser._text.Length ? ways : throw parser.Unknown("a closing bracket too many");
    }

    private List<PatternNode> Ways()
    {
        var ways = new List<PatternNode> { Sequence() };
        while (Take('|'))
            ways.Add(Sequence());
        return ways;
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
            parts.Add(Quantified(Atom()));
        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private PatternNode Quantified(PatternNode part)
    {
        int min, max;
        if (Take('*'))
            (min, max) = (0, -1);
        else if (Take('+'))
            (min, max) = (1, -1);
        else if (Take('?'))
            (min, max) = (0, 1);
        else if (Take('{'))
        {
            min = max = Number();
            if (Take(','))
                max = _at < _text.Length && _text[_at] == '}' ? -1 : Number();
            Expect('}');
        }
        else
            return part;
        return new PatternNode.Repeat(part, min, max, Take('+'));
    }

    private PatternNode Atom()
    {
        var c = _text[_at++];
        switch (c)
        {
            case '[':
                return new PatternNode.One(Set());
            case '$':
                return new PatternNode.End();
            case '(':
                return Group();
            case '\\':
                var set = new ScalarClassBuilder();
                Escape(set);
                return new PatternNode.One(set.Build(negated: false, and: null));
            case '.' or '^':
                throw Unknown($"'{(char)c}'");
            default:
                return Literal(c);
        }
    }

    private PatternNode.One Literal(int c)
    {
        var set = new ScalarClassBuilder();
        set.Add(c, c);
        if (_ignoreCase && c < 128 && char.IsAsciiLetter((char)c))
        {
            set.Add(c ^ 0x20, c ^ 0x20);
            // The one other scalar that folds to 's' (CaseFolding.txt); 'k' has one too, but no pattern has a 'k'.
            if ((c | 0x20) == 's')
                set.Add(0x17F, 0x17F);
        }
        return new PatternNode.One(set.Build(negated: false, and: null));
    }

    private PatternNode Group()
    {
        var (ahead, wanted, before) = (false, false, _ignoreCase);
        if (Take('?'))
        {
            if (Take('i'))
            {
                _ignoreCase = true;
                Expect(':');
            }
            else if (Take('='))
                (ahead, wanted) = (true, true);
            else if (Take('!'))
                ahead = true;
            else if (!Take(':'))
                throw Unknown("this kind of group");
        }
        var ways = Ways();
        Expect(')');
        _ignoreCase = before;
        var part = ways.Count == 1 ? ways[0] : new PatternNode.Either(ways);
        return ahead ? new PatternNode.Ahead(part, wanted) : part;
    }

    private ScalarClass Set()
    {
        var negated = Take('^');
        var set = new ScalarClassBuilder();
        ScalarClass? and = null;
        while (!Take(']'))
        {
            if (_at >= _text.Length)
                throw Unknown("a set without an end");
            if (_text[_at] == '&' && _at + 2 < _text.Length && _text[_at + 1] == '&' && _text[_at + 2] == '[')
            {
                _at += 3;
                and = Set();
                Expect(']');
                break;
            }
            var from = _text[_at++];
            if (from == '\\')
            {
                var single = Escape(set);
                if (single < 0)
                    continue;
                from = single;
            }
            else if (from == '[')
                throw Unknown("a set in a set");
            var to = from;
            if (_at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']')
            {
                _at++;
                to = _text[_at++];
                if (to == '\\')
                    to = Escape(new ScalarClassBuilder());
            }
            if (to < from)
                throw Unknown("a range that runs backwards");
            set.Add(from, to);
        }
        return set.Build(negated, and);
    }

    // Adds what the escape stands for; gives the scalar when it is a single one, else -1.
    private int Escape(ScalarClassBuilder set)
    {
        if (_at >= _text.Length)
            throw Unknown("a backslash at the end");
        var c = _text[_at++];
        switch (c)
        {
            case 's':
                set.Categories |= ScalarProperties.WhiteSpaceBit;
                return -1;
            case 'S':
                set.Without.Add(ScalarProperties.WhiteSpaceBit);
                return -1;
            case 'd':
                set.Categories |= 1u << (int)UnicodeCategory.DecimalDigitNumber;
                return -1;
            case 'p' or 'P':
                Property(set, complement: c == 'P');
                return -1;
            default:
                var single = c switch { 'r' => '\r', 'n' => '\n', 't' => '\t', < 128 when !char.IsAsciiLetterOrDigit((char)c) => c, _ => throw Unknown($"'\\{(char)c}'") };
                set.Add(single, single);
                return single;
        }
    }

    private void Property(ScalarClassBuilder set, bool complement)
    {
        Expect('{');
        var name = new StringBuilder();
        while (_at < _text.Length && _text[_at] != '}')
            name.Append((char)_text[_at++]);
        Expect('}');
        if (name.ToString() == "Han" && !complement)
        {
            foreach (var (from, to) in HanScript.Ranges)
                set.Add(from, to);
            return;
        }
        var mask = CategoryNames.Mask(name.ToString()) ?? throw Unknown($"the property '{name}'");
        if (complement)
            set.Without.Add(mask);
        else
            set.Categories |= mask;
    }

    private int Number()
    {
        var value = 0;
        while (_at < _text.Length && _text[_at] is >= '0' and <= '9')
            value = value * 10 + _text[_at++] - '0';
        return value <= 1000 ? value : throw Unknown("a count over 1000");
    }

    private bool Take(char c)
    {
        if (_at >= _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Take(c))
            throw Unknown($"something other than '{c}'");
    }

    private ModelFormatException Unknown(string what) =>
        new($"the pre-tokenizer's pattern has {what} at {_at}, which is not known here: {_pattern}");
}
