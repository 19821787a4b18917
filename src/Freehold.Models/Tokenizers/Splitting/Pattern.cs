using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>
/// A compiled pattern that matches UTF-8 by scalars. It backtracks like the engines that the families were trained with, on an explicit
/// stack (no recursion on the text); a repeated set costs one entry of it, however long the run. Immutable; the stack is the caller's.
/// </summary>
internal sealed class Pattern
{
    private enum Op
    {
        One, Loop, Split, Jump, Ahead, End, Match,
    }

    private readonly record struct Step(Op Op, ScalarClass? Set = null, int A = 0, int B = 0, bool Flag = false);

    private readonly List<Step> _steps = [];
    private readonly (int Start, AsciiSet First, bool Empty)[] _ways;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="ModelFormatException">It uses what is not known here.</exception>
    public Pattern(string text)
    {
        var ways = PatternParser.Parse(text);
        _ways = new (int, AsciiSet, bool)[ways.Count];
        for (var i = 0; i < ways.Count; i++)
        {
            var (first, empty) = First(ways[i]);
            _ways[i] = (_steps.Count, first, empty);
            Compile(ways[i]);
            _steps.Add(new Step(Op.Match));
        }
    }

    /// <summary>Where a match that begins at <paramref name="at"/> ends, or -1.</summary>
    public int MatchAt(ReadOnlySpan<byte> text, int at, Stack<Retry> stack)
    {
        foreach (var (start, first, empty) in _ways)
        {
            if (!empty && at < text.Length && text[at] < 128 && !first.Contains(text[at]))
                continue;
            var end = Run(text, at, start, stack);
            if (end >= 0)
                return end;
        }
        return -1;
    }

    /// <summary>A place to go on from: the step, the position, and down to which position a run may be given back.</summary>
    internal readonly record struct Retry(int Step, int At, int Low);

    private int Run(ReadOnlySpan<byte> text, int at, int step, Stack<Retry> stack)
    {
        var floor = stack.Count;
        while (true)
        {
            var current = _steps[step];
            var ok = true;
            switch (current.Op)
            {
                case Op.One:
                    ok = at < text.Length && current.Set!.Contains(Utf8Scalar.Decode(text, at, out var length)) && (at += length) >= 0;
                    step++;
                    break;
                case Op.Loop:
                    ok = Loop(text, ref at, current, out var low);
                    step++;
                    if (ok && !current.Flag && low < at)
                        stack.Push(new Retry(step, at, low));
                    break;
                case Op.Split:
                    stack.Push(new Retry(current.A, at, at));
                    step++;
                    break;
                case Op.Jump:
                    step = current.A;
                    break;
                case Op.Ahead:
                    // Depth is that of the pattern, not of the text.
                    ok = Run(text, at, step + 1, stack) >= 0 == current.Flag;
                    step = current.A;
                    break;
                case Op.End:
                    ok = at == text.Length;
                    step++;
                    break;
                default:
                    while (stack.Count > floor)
                        stack.Pop();
                    return at;
            }
            if (ok)
                continue;
            if (stack.Count == floor)
                return -1;
            var retry = stack.Pop();
            (step, at) = (retry.Step, retry.At);
            if (retry.Low < at)
            {
                at = Utf8Scalar.Before(text, at);
                if (retry.Low < at)
                    stack.Push(retry with { At = at });
            }
        }
    }

    private static bool Loop(ReadOnlySpan<byte> text, ref int at, in Step loop, out int low)
    {
        var set = loop.Set!;
        low = at;
        var count = 0;
        while (count != loop.B && at < text.Length && set.Contains(Utf8Scalar.Decode(text, at, out var length)))
        {
            at += length;
            if (++count <= loop.A)
                low = at;
        }
        return count >= loop.A;
    }

    private void Compile(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one:
                _steps.Add(new Step(Op.One, one.Set));
                break;
            case PatternNode.End:
                _steps.Add(new Step(Op.End));
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                    Compile(part);
                break;
            case PatternNode.Repeat { Part: PatternNode.One one } repeat:
                _steps.Add(new Step(Op.Loop, one.Set, repeat.Min, repeat.Max, repeat.Possessive));
                break;
            case PatternNode.Repeat repeat:
                CompileRepeat(repeat);
                break;
            case PatternNode.Ahead ahead:
                var at = _steps.Count;
                _steps.Add(default);
                Compile(ahead.Part);
                _steps.Add(new Step(Op.Match));
                _steps[at] = new Step(Op.Ahead, A: _steps.Count, Flag: ahead.Wanted);
                break;
            case PatternNode.Either either:
                CompileEither(either);
                break;
        }
    }

    private void CompileRepeat(PatternNode.Repeat repeat)
    {
        if (First(repeat.Part).Empty || repeat.Possessive)
            throw ModelFormatException.Unsupported("the pre-tokenizer's pattern repeats a group that may be empty or is possessive, which is not known here");
        for (var i = 0; i < repeat.Min; i++)
            Compile(repeat.Part);
        var splits = new List<int>();
        for (var i = repeat.Min; i < repeat.Max || (repeat.Max < 0 && i == repeat.Min); i++)
        {
            splits.Add(_steps.Count);
            _steps.Add(default);
            Compile(repeat.Part);
            if (repeat.Max < 0)
                _steps.Add(new Step(Op.Jump, A: splits[0]));
        }
        foreach (var split in splits)
            _steps[split] = new Step(Op.Split, A: _steps.Count);
    }

    private void CompileEither(PatternNode.Either either)
    {
        var ends = new List<int>();
        for (var i = 0; i < either.Ways.Count; i++)
        {
            var split = _steps.Count;
            var last = i == either.Ways.Count - 1;
            if (!last)
                _steps.Add(default);
            Compile(either.Ways[i]);
            if (last)
                break;
            ends.Add(_steps.Count);
            _steps.Add(default);
            _steps[split] = new Step(Op.Split, A: _steps.Count);
        }
        foreach (var end in ends)
            _steps[end] = new Step(Op.Jump, A: _steps.Count);
    }

    // The ASCII scalars that a match can begin with, and whether it can be empty (then nothing is said about its beginning).
    private static (AsciiSet First, bool Empty) First(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one:
                return (one.Set.Ascii, false);
            case PatternNode.Repeat repeat:
                var part = First(repeat.Part);
                return (part.First, part.Empty || repeat.Min == 0);
            case PatternNode.Sequence sequence:
                var first = AsciiSet.Empty;
                foreach (var piece in sequence.Parts)
                {
                    var (own, empty) = First(piece);
                    first = first.With(own);
                    if (!empty)
                        return (first, false);
                }
                return (first, true);
            case PatternNode.Either either:
                var all = either.Ways.Select(First).ToArray();
                return (all.Aggregate(AsciiSet.Empty, (mask, way) => mask.With(way.First)), all.Any(way => way.Empty));
            default:
                return (AsciiSet.Empty, true);
        }
    }
}
