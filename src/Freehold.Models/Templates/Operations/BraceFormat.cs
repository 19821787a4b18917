using System.Globalization;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>Python's <c>str.format</c> as the sandbox allows it; what is put in keeps its origin.</summary>
internal sealed class BraceFormat
{
    private readonly Arguments _arguments;
    private readonly Evaluation _run;
    private readonly bool _markup;
    private int _next;

    private BraceFormat(Arguments arguments, bool markup, Evaluation run) => (_arguments, _markup, _run) = (arguments, markup, run);

    public static Text Apply(Text format, Arguments arguments, Evaluation run)
    {
        var output = new TextBuilder(run);
        new BraceFormat(arguments, format.IsMarkup, run).Write(format, output, 2);
        return output.ToText(format.IsMarkup);
    }

    private void Write(Text format, TextBuilder output, int depth)
    {
        if (depth == 0) throw new TemplateFault("Max string recursion exceeded");
        var text = format.Value;
        var plain = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('{' or '}')) continue;
            output.Append(format, plain, i);
            if (i + 1 < text.Length && text[i + 1] == text[i])
            {
                output.Append(format, i, ++i);
            }
            else if (text[i] == '}') throw new TemplateFault("Single '}' encountered in format string");
            else
            {
                var end = FieldEnd(text, i + 1);
                Field(format.Slice(i + 1, end), output, depth);
                i = end;
            }
            plain = i + 1;
        }
        output.Append(format, plain, text.Length);
    }

    private static int FieldEnd(string text, int at)
    {
        for (var open = 1; at < text.Length; at++)
        {
            if (text[at] == '{') open++;
            else if (text[at] == '}' && --open == 0) return at;
        }
        throw new TemplateFault("expected '}' before end of string");
    }

    private void Field(Text field, TextBuilder output, int depth)
    {
        var text = field.Value;
        var nameEnd = 0;
        for (var bracket = false; nameEnd < text.Length && (bracket || text[nameEnd] is not ('!' or ':')); nameEnd++)
            bracket = text[nameEnd] == '[' || (bracket && text[nameEnd] != ']');
        var value = Lookup(text[..nameEnd]);
        var at = nameEnd;
        if (at < text.Length && text[at] == '!')
        {
            if (at + 1 >= text.Length || (at + 2 < text.Length && text[at + 2] != ':')) throw new TemplateFault("expected ':' after conversion specifier");
            var converted = new TextBuilder(_run);
            switch (text[at + 1])
            {
                case 's': value.Print(converted); break;
                case 'r' or 'a': value.Represent(converted); break;
                default: throw new TemplateFault($"Unknown conversion specifier '{text[at + 1]}'");
            }
            value = converted.ToText();
            at += 2;
        }
        var spec = new TextBuilder(_run);
        if (at < text.Length) Write(field.Slice(at + 1, text.Length), spec, depth - 1);
        if (_markup) value = Html.Escape(value, _run);
        FormatSpec.Write(value, spec.ToText(), output);
    }

    private Value Lookup(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        var value = Argument(first);
        for (var at = end; at >= 0 && at < name.Length;)
        {
            if (name[at] == '[')
            {
                var close = name.IndexOf(']', at);
                if (close < 0) throw new TemplateFault("Missing ']' in format string");
                var key = name[(at + 1)..close];
                value = Access.Item(value, IsIndex(key, out var index) ? new IntValue(index) : new Text(key, true), _run);
                at = close + 1;
            }
            else if (name[at] == '.')
            {
                var stop = name.AsSpan(at + 1).IndexOfAny('.', '[');
                stop = stop < 0 ? name.Length : at + 1 + stop;
                value = Access.Attribute(value, name[(at + 1)..stop], _run);
                at = stop;
            }
            else throw new TemplateFault("Only '.' or '[' may follow ']' in format field specifier");
        }
        return value;
    }

    private Value Argument(string name)
    {
        if (name.Length > 0 && !IsIndex(name, out _)) return _arguments.Find(name) ?? throw new TemplateFault($"format has no argument '{name}'");
        if ((name.Length == 0) != (_next >= 0) && _next != 0)
            throw new TemplateFault("cannot switch between automatic field numbering and manual field specification");
        int index;
        if (name.Length == 0) index = _next++;
        else
        {
            IsIndex(name, out index);
            _next = -1;
        }
        return index < _arguments.Positional.Length
            ? _arguments.Positional[index]
            : throw new TemplateFault($"Replacement index {index} out of range for positional args tuple");
    }

    private static bool IsIndex(string text, out int index)
    {
        index = 0;
        return text.Length is > 0 and < 10 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}

/// <summary>Python's format specification mini-language: <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.</summary>
internal static class FormatSpec
{
    public static void Write(Value value, Text specification, TextBuilder output)
    {
        var text = specification.Value;
        if (text.Length == 0)
        {
            value.Print(output);
            return;
        }
        if (value is not (Text or IntValue or FloatValue or BoolValue))
            throw new TemplateFault($"unsupported format string passed to {value.TypeName}.__format__");
        var spec = new NumberSpec { Trusted = specification.Trusted };
        var at = 0;
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
        {
            spec.Fill = text[0].ToString();
            spec.Align = text[1];
            at = 2;
        }
        else if (text[0] is '<' or '>' or '^' or '=') spec.Align = text[at++];
        if (At() is '+' or '-' or ' ')
        {
            if (text[at] != '-') spec.Plus = text[at];
            at++;
        }
        if (At() == '#')
        {
            spec.Alternate = true;
            at++;
        }
        if (At() == '0')
        {
            if (spec.Align == '\0') (spec.Align, spec.Fill) = ('=', "0");
            at++;
        }
        spec.Width = Size() ?? 0;
        if (At() is ',' or '_') spec.Grouping = text[at++];
        if (At() == '.')
        {
            at++;
            spec.Precision = Size() ?? throw new TemplateFault("Format specifier missing precision");
        }
        var kind = At();
        if (kind != '\0') at++;
        if (at < text.Length) throw new TemplateFault($"Invalid format specifier '{text}'");
        if (value is Text words)
        {
            if (kind is not ('\0' or 's')) throw new TemplateFault($"Unknown format code '{kind}' for object of type 'str'");
            if (spec.Align == '=' && spec.Fill == "0") spec.Align = '<';
            if (spec.Align == '=') throw new TemplateFault("'=' alignment not allowed in string format specifier");
            spec.WriteText(words, '<', output);
            return;
        }
        if (kind == '\0')
        {
            if (value is FloatValue && spec.Precision is null)
            {
                var plain = PythonFloat.Repr(((FloatValue)value).Value);
                if (spec.Align == '=') spec.Align = '>';
                spec.WriteText(new Text(plain, value.Trusted), '>', output);
                return;
            }
            kind = value is FloatValue ? 'g' : 'd';
        }
        else if (kind == 'n') kind = value is FloatValue ? 'g' : 'd';
        else if (kind == 'c') throw new TemplateFault("the format code 'c' is not supported");
        if (kind is 'd' or 'x' or 'X' or 'o' or 'b' && spec.Precision is not null)
            throw new TemplateFault("Precision not allowed in integer format specifier");
        spec.WriteNumber(kind, value, output);

        char At() => at < text.Length ? text[at] : '\0';

        int? Size()
        {
            var start = at;
            long size = 0;
            for (; char.IsAsciiDigit(At()); at++) size = Math.Min(size * 10 + (text[at] - '0'), int.MaxValue);
            return at > start ? (int)size : null;
        }
    }
}
