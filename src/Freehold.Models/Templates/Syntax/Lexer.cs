using Freehold.Models.Templates.Operations;

namespace Freehold.Models.Templates.Syntax;

/// <summary>
/// Splits a template into tokens as jinja2's lexer does with <c>trim_blocks</c> and <c>lstrip_blocks</c> (jinja2 3.1, lexer.py), by hand and in
/// one pass, so that no pattern can backtrack.
/// </summary>
internal sealed class Lexer
{
    // Longest first, as jinja2 orders its operators.
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = [];
    private readonly string _source;
    private int _at;
    private int _line = 1;
    private int _counted;
    private bool _lineStarting = true;

    private Lexer(string source) => _source = source;

    /// <summary>The tokens of a template, the last one <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Read(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n')) source = source[..^1];
        var lexer = new Lexer(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_at < _source.Length)
        {
            var open = FindOpening();
            if (open < 0)
            {
                Add(TokenKind.Data, _source[_at..]);
                _at = _source.Length;
                break;
            }
            ReadData(open, out var kind);
            switch (kind)
            {
                case '#': SkipComment(); break;
                case '{': ReadTag(TokenKind.VariableBegin); break;
                case 'r': ReadRaw(); break;
                default: ReadTag(TokenKind.BlockBegin); break;
            }
            _lineStarting = _at > 0 && _source[_at - 1] == '\n';
        }
        Count(_at);
        _tokens.Add(new Token(TokenKind.End, "", _line));
    }

    private int FindOpening()
    {
        for (var i = _at; ; i++)
        {
            i = _source.IndexOf('{', i);
            if (i < 0 || i + 1 >= _source.Length) return -1;
            if (_source[i + 1] is '%' or '{' or '#') return i;
        }
    }

    /// <summary>Emits the data before an opening, stripped as its sign and <c>lstrip_blocks</c> ask, and steps past the opening.</summary>
    private void ReadData(int open, out char kind)
    {
        kind = _source[open + 1];
        var start = _at;
        var end = open;
        var after = open + 2;
        var sign = after < _source.Length && _source[after] is '-' or '+' ? _source[after] : '\0';
        if (sign != '\0') after++;
        if (sign == '-')
        {
            while (end > start && PythonText.IsSpace(_source[end - 1])) end--;
        }
        else if (sign != '+' && kind != '{')
        {
            var line = _source.AsSpan(start, end - start).LastIndexOf('\n') + 1 + start;
            if ((line > start || _lineStarting) && PythonText.IsSpace(_source.AsSpan(line, end - line))) end = line;
        }
        if (end > start) Add(TokenKind.Data, _source[start..end]);
        _at = after;
        if (kind == '%' && RawBegin(after) is var body and > 0)
        {
            _at = body;
            kind = 'r';
        }
    }

    /// <summary>Where the text of a raw block starts when the tag that opens here is one, otherwise -1.</summary>
    private int RawBegin(int at)
    {
        at = SkipSpace(at);
        if (!_source.AsSpan(at).StartsWith("raw")) return -1;
        at = SkipSpace(at + 3);
        if (_source.AsSpan(at).StartsWith("-%}")) return SkipSpace(at + 3);
        return _source.AsSpan(at).StartsWith("%}") ? at + 2 : -1;
    }

    private void ReadRaw()
    {
        var start = _at;
        for (var open = start; ; open += 2)
        {
            open = _source.IndexOf("{%", open, StringComparison.Ordinal);
            if (open < 0) throw Fault("Missing end of raw directive", start);
            var at = open + 2;
            var sign = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : '\0';
            at = SkipSpace(at);
            if (!_source.AsSpan(at).StartsWith("endraw")) continue;
            if (BlockEnd(SkipSpace(at + 6)) is not (var after and > 0)) continue;
            var end = open;
            if (sign == '-')
            {
                while (end > start && PythonText.IsSpace(_source[end - 1])) end--;
            }
            else if (sign != '+')
            {
                var line = _source.AsSpan(start, end - start).LastIndexOf('\n') + 1 + start;
                if ((line > start || _source[start - 1] == '\n') && PythonText.IsSpace(_source.AsSpan(line, end - line))) end = line;
            }
            if (end > start) Add(TokenKind.Data, _source[start..end]);
            _at = after;
            return;
        }
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw Fault("Missing end of comment tag", _at);
        // A comment right behind its sign ("{#-#}") takes the sign as its end's.
        var strip = end > _at && _source[end - 1] == '-';
        var plus = end > _at && _source[end - 1] == '+';
        _at = end + 2;
        if (strip) _at = SkipSpace(_at);
        else if (!plus && _at < _source.Length && _source[_at] == '\n') _at++;
    }

    private void ReadTag(TokenKind begin)
    {
        Add(begin, "");
        var block = begin == TokenKind.BlockBegin;
        while (true)
        {
            if (_at >= _source.Length) return;
            if (_open.Count == 0)
            {
                var end = block ? BlockEnd(_at) : VariableEnd(_at);
                if (end > 0)
                {
                    Add(block ? TokenKind.BlockEnd : TokenKind.VariableEnd, "");
                    _at = end;
                    return;
                }
            }
            ReadInside();
        }
    }

    private int BlockEnd(int at)
    {
        var rest = _source.AsSpan(at);
        if (rest.StartsWith("+%}")) return at + 3;
        if (rest.StartsWith("-%}")) return SkipSpace(at + 3);
        if (!rest.StartsWith("%}")) return -1;
        return at + 2 < _source.Length && _source[at + 2] == '\n' ? at + 3 : at + 2;
    }

    private int VariableEnd(int at)
    {
        var rest = _source.AsSpan(at);
        if (rest.StartsWith("-}}")) return SkipSpace(at + 3);
        return rest.StartsWith("}}") ? at + 2 : -1;
    }

    private void ReadInside()
    {
        var c = _source[_at];
        if (PythonText.IsSpace(c)) _at = SkipSpace(_at);
        else if (char.IsAsciiDigit(c)) ReadNumber();
        else if (c == '_' || char.IsLetter(c)) ReadName();
        else if (c is '\'' or '"') ReadString(c);
        else ReadOperator();
    }

    private void ReadNumber()
    {
        var (kind, length) = NumberLiteral.Measure(_source, _at);
        Add(kind, _source.Substring(_at, length));
        _at += length;
    }

    private void ReadName()
    {
        var end = _at + 1;
        while (end < _source.Length && (_source[end] == '_' || char.IsLetterOrDigit(_source[end]))) end++;
        Add(TokenKind.Name, _source[_at..end]);
        _at = end;
    }

    private void ReadString(char quote)
    {
        var start = _at;
        var end = start + 1;
        while (end < _source.Length && _source[end] != quote) end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length) throw Fault("a string is not closed", start);
        Count(start);
        Add(TokenKind.String, StringLiteral.Unescape(_source.AsSpan(start + 1, end - start - 1), _line));
        _at = end + 1;
    }

    private void ReadOperator()
    {
        var rest = _source.AsSpan(_at);
        foreach (var symbol in Operators)
        {
            if (!rest.StartsWith(symbol, StringComparison.Ordinal)) continue;
            if (symbol is "(" or "[" or "{") _open.Push(symbol[0] switch { '(' => ')', '[' => ']', _ => '}' });
            if (symbol is ")" or "]" or "}")
            {
                if (!_open.TryPop(out var expected)) throw Fault($"unexpected '{symbol}'", _at);
                if (expected != symbol[0]) throw Fault($"unexpected '{symbol}', expected '{expected}'", _at);
            }
            Add(TokenKind.Operator, symbol);
            _at += symbol.Length;
            return;
        }
        throw Fault($"unexpected character '{_source[_at]}'", _at);
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at])) at++;
        return at;
    }

    private void Add(TokenKind kind, string text)
    {
        Count(_at);
        _tokens.Add(new Token(kind, text, _line));
    }

    private void Count(int at)
    {
        if (at <= _counted) return;
        _line += _source.AsSpan(_counted, at - _counted).Count('\n');
        _counted = at;
    }

    private TemplateFault Fault(string message, int at)
    {
        Count(at);
        return new TemplateFault(message, _line);
    }
}
