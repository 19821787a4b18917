namespace Freehold.Models.Templates.ToolUse;

/// <summary>Whether a value goes on.</summary>
internal enum JsonProgress
{
    /// <summary>The character belongs to the value, which goes on.</summary>
    Inside,
    /// <summary>The character is the value's last.</summary>
    Complete,
    /// <summary>The value ended before the character, which does not belong to it (numbers only).</summary>
    EndedBefore,
    /// <summary>No JSON value has this character here.</summary>
    Invalid,
}

/// <summary>Reads one JSON value (RFC 8259, strictly) a character at a time.</summary>
internal sealed class JsonScanner
{
    /// <summary>The deepest nesting.</summary>
    public const int MaxDepth = 64;

    private enum State { Value, FirstElement, AfterValue, FirstKey, Key, Colon, String, Escape, Hex, Word, Minus, Zero, Digits, Point, Fraction, Exponent, ExponentSign, ExponentDigits }

    private readonly Stack<bool> _objects = new();
    private State _state = State.Value;
    private bool _isKey;
    private int _left;
    private string _word = "";

    /// <summary>Forgets the value, for another.</summary>
    public void Reset()
    {
        _objects.Clear();
        _state = State.Value;
        _isKey = false;
    }

    /// <summary>Takes the next character.</summary>
    public JsonProgress Next(char c)
    {
        switch (_state)
        {
            case State.String:
                if (c == '\\') return To(State.Escape);
                if (c < ' ') return JsonProgress.Invalid;
                return c != '"' ? JsonProgress.Inside : _isKey ? To(State.Colon) : EndValue();
            case State.Escape:
                if (c == 'u') _left = 4;
                return c == 'u' ? To(State.Hex) : "\"\\/bfnrt".Contains(c, StringComparison.Ordinal) ? To(State.String) : JsonProgress.Invalid;
            case State.Hex:
                return !char.IsAsciiHexDigit(c) ? JsonProgress.Invalid : --_left == 0 ? To(State.String) : JsonProgress.Inside;
            case State.Word:
                if (c != _word[^_left]) return JsonProgress.Invalid;
                return --_left == 0 ? EndValue() : JsonProgress.Inside;
            case >= State.Minus:
                return Number(c);
        }
        if (c is ' ' or '\t' or '\n' or '\r')
            return _objects.Count > 0 ? JsonProgress.Inside : JsonProgress.Invalid;
        return _state switch
        {
            State.FirstElement when c == ']' => Close(isObject: false),
            State.Value or State.FirstElement => Begin(c),
            State.FirstKey when c == '}' => Close(isObject: true),
            State.FirstKey or State.Key => c == '"' ? To(State.String, isKey: true) : JsonProgress.Invalid,
            State.Colon => c == ':' ? To(State.Value) : JsonProgress.Invalid,
            _ => c switch
            {
                ',' => To(_objects.Peek() ? State.Key : State.Value),
                '}' => Close(isObject: true),
                ']' => Close(isObject: false),
                _ => JsonProgress.Invalid,
            },
        };
    }

    private JsonProgress Begin(char c)
    {
        switch (c)
        {
            case '{' or '[':
                if (_objects.Count == MaxDepth) return JsonProgress.Invalid;
                _objects.Push(c == '{');
                return To(c == '{' ? State.FirstKey : State.FirstElement);
            case '"': return To(State.String);
            case '-': return To(State.Minus);
            case '0': return To(State.Zero);
            case >= '1' and <= '9': return To(State.Digits);
            case 't': return Word("true");
            case 'f': return Word("false");
            case 'n': return Word("null");
            default: return JsonProgress.Invalid;
        }
    }

    private JsonProgress Number(char c)
    {
        var digit = char.IsAsciiDigit(c);
        switch (_state)
        {
            case State.Minus: return !digit ? JsonProgress.Invalid : To(c == '0' ? State.Zero : State.Digits);
            case State.Point: return digit ? To(State.Fraction) : JsonProgress.Invalid;
            case State.Exponent when c is '+' or '-': return To(State.ExponentSign);
            case State.Exponent or State.ExponentSign: return digit ? To(State.ExponentDigits) : JsonProgress.Invalid;
            case State.Digits or State.Fraction or State.ExponentDigits when digit: return JsonProgress.Inside;
            case State.Zero or State.Digits when c == '.': return To(State.Point);
            case State.Zero or State.Digits or State.Fraction when c is 'e' or 'E': return To(State.Exponent);
            case State.Zero when digit: return JsonProgress.Invalid;
        }
        // The number ended before this character; what holds it takes the character.
        _state = State.AfterValue;
        return _objects.Count == 0 ? JsonProgress.EndedBefore : Next(c);
    }

    private JsonProgress Word(string word)
    {
        (_word, _left) = (word, word.Length - 1);
        return To(State.Word);
    }

    private JsonProgress Close(bool isObject)
    {
        if (!_objects.TryPop(out var opened) || opened != isObject)
            return JsonProgress.Invalid;
        return EndValue();
    }

    private JsonProgress EndValue()
    {
        _state = State.AfterValue;
        return _objects.Count == 0 ? JsonProgress.Complete : JsonProgress.Inside;
    }

    private JsonProgress To(State state, bool isKey = false)
    {
        if (state == State.String && _state is not State.Escape and not State.Hex)
            _isKey = isKey;
        _state = state;
        return JsonProgress.Inside;
    }
}
