using System.Text;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The filters about text that are not methods of Python's <c>str</c> too.</summary>
internal static class TextFilters
{
    /// <summary>jinja2's soft_str: Markup stays Markup.</summary>
    public static Text Soft(Value value, Evaluation run) => value as Text ?? value.ToText(run);

    public static Value Title(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("title");
        var start = true;
        // A word begins behind [-\s({\[<]; jinja2's own rule, not Python's.
        return PythonText.Map(Soft(value, run), (rune, _) =>
        {
            var changed = start ? Casing.Upper(rune) : Casing.Lower(rune);
            start = rune.Value is '-' or '(' or '{' or '[' or '<' || (rune.IsBmp && PythonText.IsSpace((char)rune.Value));
            return changed;
        }, run);
    }

    public static Value Replace(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("replace", 2, "old", "new", "count");
        var count = given[2] is null or NoneValue ? -1 : Numbers.Count(given[2]!, "count");
        return TextFunctions.Replace(value.ToText(run), given[0]!.ToText(run), given[1]!.ToText(run), count, run);
    }

    public static Value Format(Value value, Arguments arguments, Evaluation run)
    {
        if (arguments.Positional.Length > 0 && arguments.Named.Length > 0)
            throw new TemplateFault("can't handle positional and keyword arguments at the same time");
        Value values = ListValue.Tuple(arguments.Positional, run);
        if (arguments.Named.Length > 0)
        {
            var named = new OrderedDictionary<Value, Value>(KeyComparer.Instance);
            foreach (var (name, each) in arguments.Named) named[new Text(name, true)] = each;
            values = new DictValue(named, true, run);
        }
        return PercentFormat.Apply(Soft(value, run), values, run);
    }

    public static Value Indent(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("indent", "width", "first", "blank");
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (value is not Text text) throw new TemplateFault($"indent needs a string, not '{value.TypeName}'");
        var trusted = given[0]?.Trusted ?? true;
        var indention = given[0] as Text ?? new Text(new string(' ', Math.Clamp(given[0] is null ? 4 : Numbers.Count(given[0]!, "width"), 0, 4096)), trusted);
        var blank = given[2]?.IsTrue ?? false;
        var output = new TextBuilder(run);
        if (given[1]?.IsTrue ?? false) output.Append(indention);
        // jinja2 splits the text with a newline added, so that a text without any is one line.
        var lines = TextFunctions.Lines(Arithmetic.Add(text, new Text("\n", true).As(text.IsMarkup), run) as Text ?? text, keepEnds: false, run);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
            {
                output.Append('\n', true);
                if (blank || lines[i].Value.Length > 0) output.Append(indention);
            }
            output.Append(lines[i]);
        }
        return output.ToText(text.IsMarkup);
    }

    public static Value Truncate(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        if (value is not Text text) throw new TemplateFault($"object of type '{value.TypeName}' cannot be truncated");
        var length = given[0] is null ? 255 : Numbers.Count(given[0]!, "length");
        var end = given[2] is null ? new Text("...", true) : Soft(given[2]!, run);
        var leeway = given[3] is null or NoneValue ? 5 : Numbers.Count(given[3]!, "leeway");
        if (length < end.Count) throw new TemplateFault($"expected length >= {end.Count}, got {length}");
        if (leeway < 0) throw new TemplateFault($"expected leeway >= 0, got {leeway}");
        if (text.Count <= (long)length + leeway) return text;
        var kept = text.Slice(0, text.UnitOf(length - end.Count));
        if (!(given[1]?.IsTrue ?? false) && kept.Value.LastIndexOf(' ') is var space and >= 0) kept = kept.Slice(0, space);
        return Arithmetic.Add(kept, end, run);
    }

    public static Value WordCount(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("wordcount");
        var text = Soft(value, run);
        run.ChargeText(text.Value.Length);
        var words = 0;
        var inside = false;
        foreach (var rune in text.Value.EnumerateRunes())
        {
            var word = Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            if (word && !inside) words++;
            inside = word;
        }
        return new IntValue(words, text.Trusted);
    }

    public static Value UrlEncode(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("urlencode");
        if (value is DictValue or ListValue) throw new TemplateFault("urlencode of pairs is not supported; encode each text");
        return PythonText.Map(Soft(value, run), (rune, _) =>
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '_' or '.' or '-' or '~' or '/')) return rune.ToString();
            return string.Concat(Encoding.UTF8.GetBytes(rune.ToString()).Select(each => $"%{each:X2}"));
        }, run).As(markup: false);
    }
}
