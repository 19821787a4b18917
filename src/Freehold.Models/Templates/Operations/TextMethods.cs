using System.Collections.Frozen;
using System.Text;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The methods of Python's <c>str</c>.</summary>
internal static class TextMethods
{
    private static readonly FrozenDictionary<string, Method<Text>> All = new Dictionary<string, Method<Text>>
    {
        ["strip"] = (text, a, run) => TextFunctions.Strip(text, a.Bind("strip", "chars")[0], true, true, run),
        ["lstrip"] = (text, a, run) => TextFunctions.Strip(text, a.Bind("lstrip", "chars")[0], true, false, run),
        ["rstrip"] = (text, a, run) => TextFunctions.Strip(text, a.Bind("rstrip", "chars")[0], false, true, run),
        ["upper"] = (text, a, run) => Casing.Upper(Bare(text, a), run),
        ["lower"] = (text, a, run) => Casing.Lower(Bare(text, a), run),
        ["casefold"] = (text, a, run) => Casing.Fold(Bare(text, a), run),
        ["capitalize"] = (text, a, run) => Casing.Capitalize(Bare(text, a), run),
        ["title"] = (text, a, run) => Casing.Title(Bare(text, a), run),
        ["swapcase"] = (text, a, run) => Casing.Swap(Bare(text, a), run),
        ["replace"] = Replace,
        ["split"] = (text, a, run) => Split(text, a, false, run),
        ["rsplit"] = (text, a, run) => Split(text, a, true, run),
        ["splitlines"] = (text, a, run) =>
            ListValue.List([.. TextFunctions.Lines(text, a.Bind("splitlines", "keepends")[0]?.IsTrue ?? false, run)], run),
        ["partition"] = (text, a, run) => Partition(text, a, false, run),
        ["rpartition"] = (text, a, run) => Partition(text, a, true, run),
        ["startswith"] = (text, a, run) => Affix("startswith", text, a, run),
        ["endswith"] = (text, a, run) => Affix("endswith", text, a, run),
        ["removeprefix"] = (text, a, run) => Other(a, "removeprefix") is var part && text.Value.StartsWith(part.Value, StringComparison.Ordinal)
            ? text.Slice(part.Value.Length, text.Value.Length)
            : text,
        ["removesuffix"] = (text, a, run) => Other(a, "removesuffix") is var part && text.Value.EndsWith(part.Value, StringComparison.Ordinal)
            ? text.Slice(0, text.Value.Length - part.Value.Length)
            : text,
        ["find"] = (text, a, run) => Find("find", text, a, run),
        ["rfind"] = (text, a, run) => Find("rfind", text, a, run),
        ["index"] = (text, a, run) => Find("index", text, a, run),
        ["rindex"] = (text, a, run) => Find("rindex", text, a, run),
        ["count"] = Count,
        ["join"] = Join,
        ["format"] = (text, a, run) => BraceFormat.Apply(text, a, run),
        ["format_map"] = (_, _, _) => throw new TemplateFault("str.format_map is not supported; use format"),
        ["center"] = (text, a, run) => Pad(text, a, "center", TextFunctions.Side.Both, run),
        ["ljust"] = (text, a, run) => Pad(text, a, "ljust", TextFunctions.Side.Right, run),
        ["rjust"] = (text, a, run) => Pad(text, a, "rjust", TextFunctions.Side.Left, run),
        ["zfill"] = ZeroFill,
        ["expandtabs"] = (_, _, _) => throw new TemplateFault("str.expandtabs is not supported"),
        ["translate"] = (_, _, _) => throw new TemplateFault("str.translate is not supported"),
        ["maketrans"] = (_, _, _) => throw new TemplateFault("str.maketrans is not supported"),
        ["encode"] = (_, _, _) => throw new TemplateFault("str.encode is not supported: templates have no bytes"),
        ["isspace"] = (text, a, _) => BoolValue.Of(PythonText.IsSpace(Bare(text, a).Value)),
        ["isdigit"] = (text, a, _) => Every(text, a, Rune.IsDigit),
        ["isdecimal"] = (text, a, _) => Every(text, a, Rune.IsDigit),
        ["isnumeric"] = (text, a, _) => Every(text, a, Rune.IsNumber),
        ["isalpha"] = (text, a, _) => Every(text, a, Rune.IsLetter),
        ["isalnum"] = (text, a, _) => Every(text, a, rune => Rune.IsLetter(rune) || Rune.IsNumber(rune)),
        ["isascii"] = (text, a, _) => BoolValue.Of(Ascii.IsValid(Bare(text, a).Value)),
        ["isprintable"] = (text, a, _) => BoolValue.Of(Bare(text, a).Value.EnumerateRunes().All(rune => PythonText.IsPrintable(rune.Value))),
        ["islower"] = (text, a, run) => BoolValue.Of(Tests.Find("lower")!(text, a, run)),
        ["isupper"] = (text, a, run) => BoolValue.Of(Tests.Find("upper")!(text, a, run)),
        ["istitle"] = (text, a, run) => BoolValue.Of(Casing.Title(Bare(text, a), run).Value == text.Value && text.Value.EnumerateRunes().Any(Rune.IsLetter)),
        ["isidentifier"] = (text, a, _) => BoolValue.Of(Bare(text, a).Value is { Length: > 0 } name
            && (Rune.IsLetter(name.EnumerateRunes().First()) || name[0] == '_')
            && name.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value == '_')),
    }.ToFrozenDictionary();

    /// <summary>The method of a name, bound to a text; null where Python's <c>str</c> has none.</summary>
    public static Value? Find(Text text, string name) => !All.TryGetValue(name, out var method) ? null
        : new FunctionValue(name, (arguments, run) =>
        {
            run.ChargeText(text.Value.Length);
            return method(text, arguments, run);
        });

    private static Text Bare(Text text, Arguments arguments)
    {
        arguments.Bind("the method");
        return text;
    }

    private static Text Other(Arguments arguments, string name) => AsText(arguments.Bind(name, 1, "text")[0]!, name);

    private static Text AsText(Value value, string name) => value as Text ?? throw (value is UndefinedValue undefined
        ? undefined.Fault()
        : new TemplateFault($"{name} needs a string, not '{value.TypeName}'"));

    private static BoolValue Every(Text text, Arguments arguments, Func<Rune, bool> holds)
    {
        arguments.Bind("the method");
        return BoolValue.Of(text.Value.Length > 0 && text.Value.EnumerateRunes().All(holds));
    }

    private static Value Replace(Text text, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("replace", 2, "old", "new", "count");
        var put = AsText(given[1]!, "replace");
        return TextFunctions.Replace(
            text, AsText(given[0]!, "replace"), text.IsMarkup ? Html.Escape(put, run) : put, given[2] is null ? -1 : Numbers.Count(given[2]!, "count"), run);
    }

    private static ListValue Split(Text text, Arguments arguments, bool fromRight, Evaluation run)
    {
        var given = arguments.Bind("split", "sep", "maxsplit");
        if (given[0] is UndefinedValue undefined) throw undefined.Fault();
        return ListValue.List([.. TextFunctions.Split(text, given[0], given[1] is null ? -1 : Numbers.Count(given[1]!, "maxsplit"), fromRight, run)], run);
    }

    private static ListValue Partition(Text text, Arguments arguments, bool fromRight, Evaluation run)
    {
        var mark = Other(arguments, "partition").Value;
        if (mark.Length == 0) throw new TemplateFault("empty separator");
        var at = fromRight ? text.Value.LastIndexOf(mark, StringComparison.Ordinal) : text.Value.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0) return ListValue.Tuple(fromRight ? [Text.Empty, Text.Empty, text] : [text, Text.Empty, Text.Empty], run);
        return ListValue.Tuple([text.Slice(0, at), text.Slice(at, at + mark.Length), text.Slice(at + mark.Length, text.Value.Length)], run);
    }

    private static BoolValue Affix(string name, Text text, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind(name, 1, "prefix", "start", "end");
        var (start, end) = Bounds(text, given[1], given[2]);
        if (start > text.Value.Length || end < start) return BoolValue.False;
        var part = text.Value.AsSpan(start, end - start);
        foreach (var affix in given[0] is ListValue { IsTuple: true } several ? several.Items : [given[0]!])
        {
            var wanted = AsText(affix, name).Value;
            run.Charge(1 + (wanted.Length >> 4));
            if (name == "startswith" ? part.StartsWith(wanted, StringComparison.Ordinal) : part.EndsWith(wanted, StringComparison.Ordinal)) return BoolValue.True;
        }
        return BoolValue.False;
    }

    private static IntValue Find(string name, Text text, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind(name, 1, "sub", "start", "end");
        var wanted = AsText(given[0]!, name).Value;
        var (start, end) = Bounds(text, given[1], given[2]);
        var at = start > text.Value.Length || end < start ? -1
            : name[0] == 'r' ? text.Value.AsSpan(start, end - start).LastIndexOf(wanted, StringComparison.Ordinal)
            : text.Value.AsSpan(start, end - start).IndexOf(wanted, StringComparison.Ordinal);
        if (at < 0 && name.EndsWith("index", StringComparison.Ordinal)) throw new TemplateFault("substring not found");
        return new IntValue(at < 0 ? -1 : text.IndexOf(at + start), text.Trusted);
    }

    private static Value Count(Text text, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("count", 1, "sub", "start", "end");
        var wanted = AsText(given[0]!, "count").Value;
        var (start, end) = Bounds(text, given[1], given[2]);
        if (start > text.Value.Length || end < start) return new IntValue(0, text.Trusted);
        if (wanted.Length == 0) return new IntValue(text.IndexOf(end) - text.IndexOf(start) + 1, text.Trusted);
        return new IntValue(text.Value.AsSpan(start, end - start).Count(wanted), text.Trusted);
    }

    private static Text Join(Text text, Arguments arguments, Evaluation run)
    {
        var output = new TextBuilder(run);
        var first = true;
        var at = 0;
        for (var source = arguments.Bind("join", 1, "iterable")[0]!.Iterate(run); source.MoveNext(); at++)
        {
            if (!first) output.Append(text);
            first = false;
            if (source.Current is not Text part) throw new TemplateFault($"sequence item {at}: expected str instance, {source.Current.TypeName} found");
            output.Append(text.IsMarkup ? Html.Escape(part, run) : part);
        }
        return output.ToText(text.IsMarkup);
    }

    private static Text Pad(Text text, Arguments arguments, string name, TextFunctions.Side side, Evaluation run)
    {
        var given = arguments.Bind(name, 1, "width", "fillchar");
        return TextFunctions.Pad(text, given[0]!, given[1], side, run);
    }

    private static Text ZeroFill(Text text, Arguments arguments, Evaluation run)
    {
        var width = arguments.Bind("zfill", 1, "width")[0]!;
        var signed = text.Value.Length > 0 && text.Value[0] is '+' or '-' ? 1 : 0;
        var padded = TextFunctions.Pad(
            text.Slice(signed, text.Value.Length), Arithmetic.Find("-")(width, new IntValue(signed), run), new Text("0", width.Trusted), TextFunctions.Side.Left, run);
        return signed == 0 ? padded : (Text)Arithmetic.Add(text.Slice(0, 1), padded, run);
    }

    /// <summary>The code units of Python's optional start and end; a start behind the end of the text stays behind it.</summary>
    private static (int Start, int End) Bounds(Text text, Value? start, Value? end)
    {
        var count = text.Count;
        var from = At(start, 0);
        var to = Math.Min(At(end, count), count);
        return (from > count ? int.MaxValue : text.UnitOf(from), text.UnitOf(to));

        int At(Value? value, int otherwise)
        {
            if (value is null or NoneValue) return otherwise;
            long index = Numbers.Count(value, "an index");
            return (int)Math.Max(index < 0 ? index + count : index, 0);
        }
    }
}
