using System.Collections.Frozen;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>What a filter of the template language does.</summary>
internal delegate Value Filter(Value value, Arguments arguments, Evaluation run);

/// <summary>jinja2's filters by name (filters.py).</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> All = new Dictionary<string, Filter>
    {
        ["abs"] = NumberFilters.Abs,
        ["int"] = NumberFilters.Int,
        ["float"] = NumberFilters.Float,
        ["round"] = NumberFilters.Round,
        ["sum"] = NumberFilters.Sum,
        ["filesizeformat"] = NumberFilters.FileSize,
        ["tojson"] = Json.ToJson,
        ["attr"] = (value, arguments, run) => SequenceFilters.Attr(value, arguments, run),
        ["default"] = Default,
        ["d"] = Default,
        ["count"] = Length,
        ["length"] = Length,
        ["batch"] = SequenceFilters.Batch,
        ["slice"] = SequenceFilters.Slice,
        ["first"] = SequenceFilters.First,
        ["last"] = SequenceFilters.Last,
        ["list"] = SequenceFilters.List,
        ["items"] = SequenceFilters.Items,
        ["join"] = SequenceFilters.Join,
        ["reverse"] = SequenceFilters.Reverse,
        ["random"] = (_, _, _) => throw new TemplateFault("the filter 'random' is refused: the same input must give the same prompt"),
        ["map"] = SelectionFilters.Map,
        ["select"] = (value, arguments, run) => SelectionFilters.Select(value, arguments, run, byAttribute: false, wanted: true),
        ["reject"] = (value, arguments, run) => SelectionFilters.Select(value, arguments, run, byAttribute: false, wanted: false),
        ["selectattr"] = (value, arguments, run) => SelectionFilters.Select(value, arguments, run, byAttribute: true, wanted: true),
        ["rejectattr"] = (value, arguments, run) => SelectionFilters.Select(value, arguments, run, byAttribute: true, wanted: false),
        ["sort"] = SortingFilters.Sort,
        ["dictsort"] = SortingFilters.DictSort,
        ["groupby"] = SortingFilters.GroupBy,
        ["unique"] = SortingFilters.Unique,
        ["min"] = (value, arguments, run) => SortingFilters.Extreme("min", value, arguments, run),
        ["max"] = (value, arguments, run) => SortingFilters.Extreme("max", value, arguments, run),
        ["string"] = (value, _, run) => value as Text ?? value.ToText(run),
        ["trim"] = (value, arguments, run) => TextFunctions.Strip(TextFilters.Soft(value, run), arguments.Bind("trim", "chars")[0], true, true, run),
        ["upper"] = (value, _, run) => Casing.Upper(TextFilters.Soft(value, run), run),
        ["lower"] = (value, _, run) => Casing.Lower(TextFilters.Soft(value, run), run),
        ["capitalize"] = (value, _, run) => Casing.Capitalize(TextFilters.Soft(value, run), run),
        ["title"] = TextFilters.Title,
        ["replace"] = TextFilters.Replace,
        ["format"] = TextFilters.Format,
        ["indent"] = TextFilters.Indent,
        ["center"] = (value, arguments, run) => TextFunctions.Pad(
            TextFilters.Soft(value, run), arguments.Bind("center", "width")[0] ?? new IntValue(80), null, TextFunctions.Side.Both, run),
        ["truncate"] = TextFilters.Truncate,
        ["wordcount"] = TextFilters.WordCount,
        ["safe"] = (value, _, run) => TextFilters.Soft(value, run).As(markup: true),
        ["escape"] = (value, _, run) => Html.Escape(value, run),
        ["e"] = (value, _, run) => Html.Escape(value, run),
        ["forceescape"] = (value, _, run) => Html.Escape(value.ToText(run), run),
        ["urlencode"] = TextFilters.UrlEncode,
    }.ToFrozenDictionary();

    /// <summary>The filter of a name, or null.</summary>
    public static Filter? Find(string name) => All.GetValueOrDefault(name);

    /// <summary>Python's <c>len</c>; a count of data is data.</summary>
    public static Value Length(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("length");
        return value.Count >= 0
            ? new IntValue(value.Count, value.Trusted)
            : throw new TemplateFault($"object of type '{value.TypeName}' has no len()");
    }

    private static Value Default(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("default", "default_value", "boolean");
        return value is UndefinedValue || (given[1] is { IsTrue: true } && !value.IsTrue) ? given[0] ?? Text.Empty : value;
    }
}
