using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>Python's <c>format % values</c>; what is put in keeps its origin.</summary>
internal sealed class PercentFormat
{
    private readonly Text _format;
    private readonly Value _values;
    private readonly Evaluation _run;
    private readonly TextBuilder _output;
    private int _used;

    private PercentFormat(Text format, Value values, Evaluation run) => (_format, _values, _run, _output) = (format, values, run, new TextBuilder(run));

    public static Text Apply(Text format, Value values, Evaluation run)
    {
        var formatting = new PercentFormat(format, values, run);
        formatting.Write();
        var unused = values switch
        {
            ListValue { IsTuple: true } tuple => formatting._used < tuple.Items.Length,
            DictValue or ListValue => false,
            _ => formatting._used == 0,
        };
        if (unused) throw new TemplateFault("not all arguments converted during string formatting");
        return formatting._output.ToText(format.IsMarkup);
    }

    private void Write()
    {
        var text = _format.Value;
        var plain = 0;
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = plain < text.Length ? text.IndexOf('%', plain) : -1)
        {
            _output.Append(_format, plain, i);
            plain = Conversion(i + 1, _format.TrustedAt(i));
        }
        _output.Append(_format, plain, text.Length);
    }

    /// <summary>Writes one conversion and gives where it ends.</summary>
    private int Conversion(int at, bool trusted)
    {
        var text = _format.Value;
        Value? keyed = null;
        if (At(at) == '(')
        {
            var close = text.IndexOf(')', at);
            if (close < 0) throw new TemplateFault("incomplete format key");
            if (_values is not DictValue dict) throw new TemplateFault("format requires a mapping");
            keyed = dict.Find(text[(at + 1)..close]) ?? throw new TemplateFault($"the format's key '{text[(at + 1)..close]}' is not there");
            _used++;
            at = close + 1;
        }
        var spec = new NumberSpec { Trusted = trusted };
        for (; At(at) is '-' or '+' or ' ' or '#' or '0'; at++) spec.Flag(At(at));
        spec.Width = Size(ref at) ?? 0;
        if (At(at) == '.')
        {
            at++;
            spec.Precision = Size(ref at) ?? 0;
        }
        while (At(at) is 'h' or 'l' or 'L') at++;
        var kind = At(at);
        if (kind == '%') _output.Append('%', trusted);
        else
        {
            var value = keyed ?? Next();
            if (_format.IsMarkup && kind is 's') value = Html.Escape(value, _run);
            spec.Write(kind, value, _output);
        }
        return at + 1;
    }

    private char At(int at) => at < _format.Value.Length ? _format.Value[at] : throw new TemplateFault("incomplete format");

    private int? Size(ref int at)
    {
        if (At(at) == '*')
        {
            at++;
            return Math.Max(Numbers.Count(Next(), "a width"), 0);
        }
        if (!char.IsAsciiDigit(At(at))) return null;
        long size = 0;
        for (; char.IsAsciiDigit(At(at)); at++) size = Math.Min(size * 10 + (At(at) - '0'), int.MaxValue);
        return (int)size;
    }

    private Value Next()
    {
        if (_values is ListValue { IsTuple: true } tuple)
            return _used < tuple.Items.Length ? tuple.Items[_used++] : throw new TemplateFault("not enough arguments for format string");
        return _used++ == 0 ? _values : throw new TemplateFault("not enough arguments for format string");
    }
}

/// <summary>Flags, width and precision of one conversion, and how they write a value.</summary>
internal sealed class NumberSpec
{
    public bool Trusted { get; init; }

    public int Width { get; set; }

    public int? Precision { get; set; }

    /// <summary>The alignment: <c>&lt;</c>, <c>&gt;</c>, <c>^</c>, <c>=</c>, or NUL for the kind's own.</summary>
    public char Align { get; set; }

    public string Fill { get; set; } = " ";

    public char Plus { get; set; }

    public bool Alternate { get; set; }

    public char Grouping { get; set; }

    public void Flag(char flag)
    {
        switch (flag)
        {
            case '-': (Align, Fill) = ('<', " "); break;
            case '+': Plus = '+'; break;
            case ' ' when Plus == '\0': Plus = ' '; break;
            case '#': Alternate = true; break;
            case '0' when Align == '\0': (Align, Fill) = ('=', "0"); break;
        }
    }

    /// <summary>Writes a value by a conversion of <c>%</c>.</summary>
    public void Write(char kind, Value value, TextBuilder output)
    {
        switch (kind)
        {
            case 's' or 'r' or 'a':
                if (Align == '=') (Align, Fill) = ('>', " ");
                var text = new TextBuilder(output.Run);
                if (kind == 's') value.Print(text);
                else value.Represent(text);
                WriteText(text.ToText(), '>', output);
                break;
            case 'c':
                if (!Numbers.IsInteger(value, out var code)) WriteText(value is Text { Count: 1 } one ? one : throw new TemplateFault("%c requires int or char"), '>', output);
                else if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) throw new TemplateFault("%c arg not in range(0x110000)");
                else WriteText(new Text(char.ConvertFromUtf32((int)code), value.Trusted), '>', output);
                break;
            case 'd' or 'i' or 'u':
                if (value is FloatValue real && double.IsFinite(real.Value)) value = new IntValue(new System.Numerics.BigInteger(Math.Truncate(real.Value)), value.Trusted);
                WriteNumber('d', value, output);
                break;
            case 'x' or 'X' or 'o' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                WriteNumber(kind, value, output);
                break;
            default:
                throw new TemplateFault($"unsupported format character '{kind}'");
        }
    }

    public void WriteText(Text text, char align, TextBuilder output)
    {
        if (Precision is { } most && most < text.Count) text = text.Slice(0, text.UnitOf(most));
        Pad(text.Count, Align == '\0' ? align : Align, text.Trusted, output, () => output.Append(text));
    }

    public void WriteNumber(char kind, Value value, TextBuilder output)
    {
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (Precision > 400) throw new TemplateFault("a number's precision is more than 400 digits");
        var digits = PythonDigits.Of(kind, value, Precision, Alternate, Grouping, out var negative);
        var sign = negative ? "-" : Plus == '\0' ? "" : Plus.ToString();
        var trusted = value.Trusted && Trusted;
        var prefix = Alternate && kind is 'x' or 'X' or 'o' or 'b' && Alternate ? "0" + kind : "";
        if (Align == '=')
        {
            output.Append(sign + prefix, trusted);
            Pad(sign.Length + prefix.Length + digits.Length, '>', trusted, output, () => output.Append(digits, trusted));
        }
        else
            Pad(sign.Length + prefix.Length + digits.Length, Align == '\0' ? '>' : Align, trusted, output, () => output.Append(sign + prefix + digits, trusted));
    }

    private void Pad(int length, char align, bool trusted, TextBuilder output, Action write)
    {
        var missing = Math.Max(Width - (long)length, 0);
        output.Run.ChargeText(missing);
        var left = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        for (long i = 0; i < left; i++) output.Append(Fill, Trusted && trusted);
        write();
        for (var i = left; i < missing; i++) output.Append(Fill, Trusted && trusted);
    }
}
