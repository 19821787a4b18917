namespace Freehold.Grammars.Text;

/// <summary>Makes a pattern deterministic, within a number of states and of steps: patterns that explode are given up, quickly.</summary>
internal sealed class DfaBuilder
{
    private const int MaxSets = 500;
    private readonly Nfa _nfa;
    private readonly GrammarLimits _limits;
    private readonly CharSet[] _classes;
    private readonly int[] _seen;
    private readonly Dictionary<string, int> _index = [];
    private readonly List<int[]> _sets = [];
    private int _mark;
    private long _work;

    private DfaBuilder(Nfa nfa, GrammarLimits limits)
    {
        (_nfa, _limits) = (nfa, limits);
        _seen = new int[nfa.States.Count];
        CharSet[] sets = [.. nfa.States.Select(state => state.Set).OfType<CharSet>().DistinctBy(set => string.Join(",", set.Ranges.ToArray()))];
        if (sets.Length > MaxSets)
            throw new NotSupportedException($"the pattern tells {sets.Length:N0} sets of characters apart; at most {MaxSets} are possible");
        _classes = Classes(sets);
    }

    /// <summary>The strings in which a pattern is found, or (not a search) that it matches whole.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    /// <exception cref="NotSupportedException">It isn't regular, or beyond the limits.</exception>
    public static Dfa Of(string pattern, bool isSearch, GrammarLimits limits) => Of(PatternReader.Read(pattern), isSearch, limits);

    /// <summary>The same, of a pattern that was read.</summary>
    public static Dfa Of(Pattern pattern, bool isSearch, GrammarLimits limits) => new DfaBuilder(new Nfa(pattern, isSearch), limits).Build();

    private Dfa Build()
    {
        var (next, accepts) = (new List<int>(), new List<bool>());
        Index(Closure([_nfa.Start], atStart: true, atEnd: false));
        for (var at = 0; at < _sets.Count; at++)
        {
            accepts.Add(Array.BinarySearch(Closure(_sets[at], atStart: at == 0, atEnd: true), _nfa.Final) >= 0);
            foreach (var set in _classes)
            {
                var sample = set.Ranges[0].Low;
                var targets = new List<int>();
                foreach (var state in _sets[at])
                    if (_nfa.States[state].Set is { } characters && characters.Contains(sample))
                        targets.Add(_nfa.States[state].Target);
                _work += _sets[at].Length;
                next.Add(targets.Count == 0 ? -1 : Index(Closure(targets, atStart: false, atEnd: false)));
            }
        }
        return new Dfa(_classes, [.. next], [.. accepts]);
    }

    private int Index(int[] set)
    {
        // Once a pattern was found, the rest of the string makes no difference.
        if (_nfa.IsSearch && Array.BinarySearch(set, _nfa.Final) >= 0)
            set = [_nfa.Final];
        var key = string.Create(set.Length * 2, set, (span, states) =>
        {
            for (var i = 0; i < states.Length; i++)
                (span[2 * i], span[2 * i + 1]) = ((char)(states[i] >> 16), (char)states[i]);
        });
        if (_index.TryGetValue(key, out var index))
            return index;
        if (_sets.Count == _limits.MaxPatternStates || _work > _limits.MaxPatternWork)
            throw new NotSupportedException($"the pattern needs more than {_limits.MaxPatternStates:N0} states or {_limits.MaxPatternWork:N0} steps to be made deterministic; simplify it, or use smaller repetitions");
        _sets.Add(set);
        return _index[key] = _sets.Count - 1;
    }

    private int[] Closure(IReadOnlyList<int> states, bool atStart, bool atEnd)
    {
        _mark++;
        var open = new Stack<int>(states);
        var reached = new List<int>();
        while (open.TryPop(out var state))
        {
            if (_seen[state] == _mark)
                continue;
            _seen[state] = _mark;
            reached.Add(state);
            foreach (var target in _nfa.States[state].Free)
                open.Push(target);
            if (atStart)
                foreach (var target in _nfa.States[state].AtStart)
                    open.Push(target);
            if (atEnd)
                foreach (var target in _nfa.States[state].AtEnd)
                    open.Push(target);
        }
        _work += reached.Count;
        if (_work > _limits.MaxPatternWork)
            throw new NotSupportedException($"the pattern needs more than {_limits.MaxPatternWork:N0} steps to be made deterministic; simplify it, or use smaller repetitions");
        // States that only lead on for nothing say nothing about what follows.
        return [.. reached.Where(state => atEnd || state == _nfa.Final || _nfa.States[state].Set is not null || _nfa.States[state].AtEnd.Count > 0).Order()];
    }

    // The coarsest classes that no set of the pattern tells apart.
    private static CharSet[] Classes(CharSet[] sets)
    {
        var cuts = sets.SelectMany(set => set.Ranges.ToArray()).SelectMany(range => new[] { range.Low, range.High + 1 }).Append(0).Distinct().Order().ToArray();
        var groups = new Dictionary<string, List<(int, int)>>();
        for (var i = 0; i < cuts.Length; i++)
        {
            var (low, high) = (cuts[i], i + 1 < cuts.Length ? cuts[i + 1] - 1 : 0x10FFFF);
            if (low > 0x10FFFF)
                continue;
            var signature = string.Concat(sets.Select(set => set.Contains(low) ? '1' : '0'));
            if (!groups.TryGetValue(signature, out var ranges))
                groups[signature] = ranges = [];
            ranges.Add((low, high));
        }
        return [.. groups.Values.Select(ranges => CharSet.Of([.. ranges])).Where(set => !set.IsEmpty)];
    }
}
