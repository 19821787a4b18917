using System.Globalization;

namespace Freehold.Grammars.Text;

/// <summary>
/// Reads regular expressions as ECMA-262 has them with the u flag (what JSON Schema's <c>pattern</c> means), as far as they are regular: no look-around, no
/// back-references, no word boundaries. Lazy quantifiers match the same texts as greedy ones.
/// </summary>
internal sealed class PatternReader
{
    private const int MaxDepth = 200;
    private readonly string _text;
    private int _at, _depth;

    private PatternReader(string text) => _text = text;

    /// <summary>Reads a whole expression.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    /// <exception cref="NotSupportedException">It isn't regular, or uses what is not supported.</exception>
    public static Pattern Read(string text)
    {
        var reader = new PatternReader(text);
        var pattern = reader.Choice();
        return reader._at == text.Length ? pattern : throw reader.Malformed("an unmatched ')'");
    }

    private Pattern Choice()
    {
        if (++_depth > MaxDepth)
            throw new NotSupportedException($"groups are nested more than {MaxDepth} deep");
        var options = new List<Pattern> { Sequence() };
        while (Skip('|'))
            options.Add(Sequence());
        _depth--;
        return options.Count == 1 ? options[0] : new Pattern.Choice(options);
    }

    private Pattern Sequence()
    {
        var parts = new List<Pattern>();
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
            parts.Add(Quantified());
        return parts.Count == 1 ? parts[0] : new Pattern.Sequence(parts);
    }

    private Pattern Quantified()
    {
        var atom = Atom();
        if (_at == _text.Length)
            return atom;
        var (min, max) = (1, 1);
        if (Skip('*'))
            (min, max) = (0, int.MaxValue);
        else if (Skip('+'))
            (min, max) = (1, int.MaxValue);
        else if (Skip('?'))
            (min, max) = (0, 1);
        else if (Skip('{'))
            (min, max) = Bounds();
        else
            return atom;
        Skip('?');
        if (atom is Pattern.TextStart or Pattern.TextEnd)
            throw Malformed("an anchor can't be repeated");
        return new Pattern.Repetition(atom, min, max);
    }

    private (int, int) Bounds()
    {
        var min = Number();
        var max = min;
        if (Skip(','))
            max = _at < _text.Length && _text[_at] != '}' ? Number() : int.MaxValue;
        if (!Skip('}') || max < min)
            throw Malformed("a repetition must be {n}, {n,} or {n,m}");
        return (min, max);
    }

    private int Number()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
            _at++;
        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000
            ? number
            : throw Malformed("a repetition needs a number up to 1,000,000");
    }

    private Pattern Atom()
    {
        var character = PatternEscape.Scalar(_text, ref _at);
        switch (character)
        {
            case '^': return new Pattern.TextStart();
            case '$': return new Pattern.TextEnd();
            case '.': return new Pattern.Characters(CharSet.Dot);
            case '(': return Group();
            case '[': return new Pattern.Characters(PatternEscape.Class(_text, ref _at));
            case '\\': return new Pattern.Characters(PatternEscape.Read(_text, ref _at, inClass: false));
            case '*' or '+' or '?' or '{' or '}' or ']':
                throw Malformed($"'{(char)character}' has nothing to stand for; write '\\{(char)character}'");
            default: return new Pattern.Characters(CharSet.Of((character, character)));
        }
    }

    private Pattern Group()
    {
        if (Skip('?') && !Skip(':'))
        {
            if (!Skip('<') || (_at < _text.Length && _text[_at] is '=' or '!'))
                throw new NotSupportedException("look-around and flags in a pattern are not supported");
            while (_at < _text.Length && _text[_at] != '>')
                _at++;
            Skip('>');
        }
        var inner = Choice();
        return Skip(')') ? inner : throw Malformed("a group is not closed");
    }

    private bool Skip(char character)
    {
        if (_at >= _text.Length || _text[_at] != character)
            return false;
        _at++;
        return true;
    }

    private FormatException Malformed(string what) => new($"{what} (at character {_at})");
}
