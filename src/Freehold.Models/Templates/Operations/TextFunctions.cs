using System.Buffers;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>What Python's <c>str</c> methods do; every character keeps its origin.</summary>
internal static class TextFunctions
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    /// <summary>Where padding goes.</summary>
    internal enum Side
    {
        Left,
        Right,
        Both,
    }

    /// <summary>Python's strip, lstrip and rstrip: white space, or the code points of <paramref name="characters"/>.</summary>
    public static Text Strip(Text text, Value? characters, bool left, bool right, Evaluation run)
    {
        run.ChargeText(text.Value.Length);
        HashSet<int>? set = null;
        if (characters is Text given) set = [.. given.Value.EnumerateRunes().Select(rune => rune.Value)];
        else if (characters is not (null or NoneValue)) throw new TemplateFault("strip arg must be None or str");
        int start = 0, end = text.Value.Length;
        if (left)
        {
            while (start < end && Length(start) is var length and > 0) start += length;
        }
        if (right)
        {
            while (end > start)
            {
                var pair = end - start > 1 && char.IsSurrogatePair(text.Value[end - 2], text.Value[end - 1]);
                if (Length(end - (pair ? 2 : 1)) == 0) break;
                end -= pair ? 2 : 1;
            }
        }
        return text.Slice(start, end);

        int Length(int at)
        {
            var pair = at + 1 < text.Value.Length && char.IsSurrogatePair(text.Value[at], text.Value[at + 1]);
            var code = pair ? char.ConvertToUtf32(text.Value[at], text.Value[at + 1]) : text.Value[at];
            var strips = set is null ? !pair && PythonText.IsSpace(text.Value[at]) : set.Contains(code);
            return strips ? (pair ? 2 : 1) : 0;
        }
    }

    /// <summary>Python's replace; a negative count is all. What is put in keeps the origin it has.</summary>
    public static Text Replace(Text text, Text old, Text put, int count, Evaluation run)
    {
        run.ChargeText(text.Value.Length);
        var output = new TextBuilder(run);
        var from = 0;
        if (old.Value.Length == 0)
        {
            for (var i = 0; count != 0 && i <= text.Count; i++, count--)
            {
                output.Append(text, from, text.UnitOf(i));
                output.Append(put);
                from = text.UnitOf(i);
            }
        }
        else
        {
            for (; count != 0; count--)
            {
                var at = text.Value.IndexOf(old.Value, from, StringComparison.Ordinal);
                if (at < 0) break;
                output.Append(text, from, at);
                output.Append(put);
                from = at + old.Value.Length;
            }
            if (from == 0) return text;
        }
        output.Append(text, from, text.Value.Length);
        return output.ToText(text.IsMarkup);
    }

    /// <summary>Python's split and rsplit; a separator of null is runs of white space.</summary>
    public static List<Value> Split(Text text, Value? separator, int most, bool fromRight, Evaluation run)
    {
        run.ChargeText(text.Value.Length);
        var parts = new List<Value>();
        if (separator is null or NoneValue)
        {
            SplitAtSpace(text, most, fromRight, parts, run);
            return parts;
        }
        if (separator is not Text { Value: var mark }) throw new TemplateFault($"must be str or None, not {separator.TypeName}");
        if (mark.Length == 0) throw new TemplateFault("empty separator");
        int start = 0, end = text.Value.Length;
        for (; most != 0; most--)
        {
            Limit(parts, run);
            var at = fromRight ? text.Value.AsSpan(0, end).LastIndexOf(mark, StringComparison.Ordinal) : text.Value.IndexOf(mark, start, StringComparison.Ordinal);
            if (at < 0) break;
            parts.Add(fromRight ? text.Slice(at + mark.Length, end) : text.Slice(start, at));
            if (fromRight) end = at;
            else start = at + mark.Length;
        }
        parts.Add(text.Slice(start, end));
        if (fromRight) parts.Reverse();
        return parts;
    }

    private static void SplitAtSpace(Text text, int most, bool fromRight, List<Value> parts, Evaluation run)
    {
        var value = text.Value;
        int start = 0, end = value.Length;
        while (true)
        {
            Limit(parts, run);
            while (start < end && PythonText.IsSpace(value[start])) start++;
            while (fromRight && end > start && PythonText.IsSpace(value[end - 1])) end--;
            if (start >= end) break;
            if (most-- == 0)
            {
                // The rest, stripped on the side it was cut from only.
                parts.Add(fromRight ? text.Slice(0, end) : text.Slice(start, value.Length));
                break;
            }
            int at;
            if (fromRight)
            {
                for (at = end; at > start && !PythonText.IsSpace(value[at - 1]);) at--;
                parts.Add(text.Slice(at, end));
                end = at;
            }
            else
            {
                for (at = start; at < end && !PythonText.IsSpace(value[at]);) at++;
                parts.Add(text.Slice(start, at));
                start = at;
            }
        }
        if (fromRight) parts.Reverse();
    }

    /// <summary>Python's splitlines.</summary>
    public static List<Text> Lines(Text text, bool keepEnds, Evaluation run)
    {
        run.ChargeText(text.Value.Length);
        var lines = new List<Text>();
        var value = text.Value;
        for (var start = 0; start < value.Length;)
        {
            if (lines.Count > run.Limits.MaxCollectionSize) run.ChargeElements(lines.Count);
            run.Charge(1);
            var end = value.AsSpan(start).IndexOfAny(LineEnds);
            if (end < 0)
            {
                lines.Add(text.Slice(start, value.Length));
                break;
            }
            end += start;
            var after = value[end] == '\r' && end + 1 < value.Length && value[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text.Slice(start, keepEnds ? after : end));
            start = after;
        }
        return lines;
    }

    /// <summary>Python's center, ljust, rjust and zfill's padding.</summary>
    public static Text Pad(Text text, Value width, Value? fill, Side side, Evaluation run)
    {
        if (fill is not null && fill is not Text { Count: 1 }) throw new TemplateFault("The fill character must be exactly one character long");
        var wanted = Numbers.Count(width, "width");
        var missing = wanted - (long)text.Count;
        if (missing <= 0) return text;
        run.ChargeText(missing + text.Value.Length);
        var padding = fill as Text ?? new Text(" ", width.Trusted);
        // CPython: the extra one goes left when the width is odd.
        var left = side switch { Side.Left => missing, Side.Right => 0, _ => missing / 2 + (missing & wanted & 1) };
        var output = new TextBuilder(run);
        for (long i = 0; i < left; i++) output.Append(padding);
        output.Append(text);
        for (var i = left; i < missing; i++) output.Append(padding);
        return output.ToText(text.IsMarkup);
    }

    private static void Limit(List<Value> parts, Evaluation run)
    {
        run.Charge(1);
        if (parts.Count > run.Limits.MaxCollectionSize) run.ChargeElements(parts.Count);
    }
}
