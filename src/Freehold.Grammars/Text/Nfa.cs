namespace Freehold.Grammars.Text;

/// <summary>A pattern as a nondeterministic automaton (Thompson 1968): what <see cref="DfaBuilder"/> starts from.</summary>
internal sealed class Nfa
{
    private const int MaxStates = 60_000;
    private readonly List<State> _states = [];

    /// <summary>Of a pattern that is looked for anywhere in a string, or that must match it whole.</summary>
    public Nfa(Pattern pattern, bool isSearch)
    {
        Start = Add();
        Final = Weave(pattern, Start);
        IsSearch = isSearch;
        if (!isSearch)
            return;
        Start = Before(Start);
        var rest = Add();
        _states[Final].Free.Add(rest);
        (_states[rest].Set, _states[rest].Target) = (CharSet.All, rest);
        Final = rest;
    }

    /// <summary>The states.</summary>
    public IReadOnlyList<State> States => _states;

    /// <summary>The first.</summary>
    public int Start { get; }

    /// <summary>The last. When it is searched for, anything may follow.</summary>
    public int Final { get; }

    /// <summary>Whether it is searched for.</summary>
    public bool IsSearch { get; }

    /// <summary>A state: at most one way by a character, any number for nothing.</summary>
    public sealed class State
    {
        /// <summary>The characters that lead on.</summary>
        public CharSet? Set { get; set; }

        /// <summary>Where they lead.</summary>
        public int Target { get; set; }

        /// <summary>States reached for nothing.</summary>
        public List<int> Free { get; } = [];

        /// <summary>States reached for nothing at the text's beginning.</summary>
        public List<int> AtStart { get; } = [];

        /// <summary>States reached for nothing at the text's end.</summary>
        public List<int> AtEnd { get; } = [];
    }

    private int Add()
    {
        if (_states.Count == MaxStates)
            throw new NotSupportedException($"the pattern needs more than {MaxStates:N0} states; use smaller repetitions");
        _states.Add(new State());
        return _states.Count - 1;
    }

    // Anything may come before.
    private int Before(int start)
    {
        var first = Add();
        (_states[first].Set, _states[first].Target) = (CharSet.All, first);
        _states[first].Free.Add(start);
        return first;
    }

    private int Weave(Pattern pattern, int from)
    {
        switch (pattern)
        {
            case Pattern.Characters(var set):
                var state = Add();
                _states[from].Free.Add(state);
                var after = Add();
                (_states[state].Set, _states[state].Target) = (set, after);
                return after;
            case Pattern.Sequence(var parts):
                foreach (var part in parts)
                    from = Weave(part, from);
                return from;
            case Pattern.Choice(var options):
                var join = Add();
                foreach (var option in options)
                {
                    var begin = Add();
                    _states[from].Free.Add(begin);
                    _states[Weave(option, begin)].Free.Add(join);
                }
                return join;
            case Pattern.Repetition(var part, var min, var max):
                return Repeat(part, min, max, from);
            case Pattern.TextStart:
                var started = Add();
                _states[from].AtStart.Add(started);
                return started;
            case Pattern.TextEnd:
                var ended = Add();
                _states[from].AtEnd.Add(ended);
                return ended;
            default:
                throw new InvalidOperationException($"a pattern of an unknown kind: {pattern}");
        }
    }

    private int Repeat(Pattern part, int min, int max, int from)
    {
        for (var i = 0; i < min; i++)
            from = Weave(part, from);
        if (max == int.MaxValue)
        {
            var loop = Add();
            _states[from].Free.Add(loop);
            _states[Weave(part, loop)].Free.Add(loop);
            var after = Add();
            _states[loop].Free.Add(after);
            return after;
        }
        var end = Add();
        for (var i = min; i < max; i++)
        {
            _states[from].Free.Add(end);
            from = Weave(part, from);
        }
        _states[from].Free.Add(end);
        return end;
    }
}
