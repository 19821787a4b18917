using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Matching;

/// <summary>
/// Follows a grammar byte by byte: a pushdown automaton whose stacks are shared (<see cref="Frame"/>) and whose steps are remembered, so that a step made
/// before costs a look into a table. Belongs to one thread at a time. What it answers depends on the bytes only, never on what it remembers.
/// </summary>
internal sealed class Machine
{
    private readonly Frames _frames = new();
    private readonly Dictionary<ConfigurationKey, Configuration> _configurations = [];
    private readonly List<Frame> _threads = [];
    private readonly Stack<Frame> _open = new();
    private readonly ByteClasses _classes;
    private readonly GrammarLimits _limits;
    private readonly Configuration _dead;
    private readonly Rule _root;
    private bool _accepts;
    private int _mark;

    /// <summary>For a rule.</summary>
    public Machine(Rule root, ByteClasses classes, GrammarLimits limits)
    {
        (_root, _classes, _limits) = (root, classes, limits);
        _dead = new Configuration([], false, classes.Count, 0);
        Start = Entered(_frames.Enter(root.Start, null));
    }

    /// <summary>Before the first byte.</summary>
    public Configuration Start { get; private set; }

    /// <summary>How often everything remembered was forgotten.</summary>
    public int Cleared { get; private set; }

    /// <summary>Where a byte leads; a dead configuration where it cannot follow.</summary>
    public Configuration Step(Configuration from, byte value)
    {
        ref var next = ref from.Next(_classes[value]);
        return next ??= Compute(from, value);
    }

    /// <summary>Where one stands when what a frame stands for is to follow; null stands for the end of everything.</summary>
    public Configuration Entered(Frame? frame)
    {
        if (frame is null)
            return Of([], true);
        if (frame.Entered is { } known)
            return known;
        Begin();
        Close(frame);
        return frame.Entered = Collect();
    }

    /// <summary>A configuration of only these threads.</summary>
    public Configuration Of(Frame[] threads, bool accepts)
    {
        if (threads.Length == 0 && !accepts)
            return _dead;
        ref var found = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_configurations, new(threads, accepts), out _);
        return found ??= new Configuration(threads, accepts, _classes.Count, Cleared);
    }

    /// <summary>A frame at a node, above nothing.</summary>
    public Frame Alone(Node node, Frame? parent = null) => _frames.Of(node, 0, 0, parent);

    /// <summary>A frame at a repetition.</summary>
    public Frame Alone(Node node, int low, int high) => _frames.Of(node, low, high, null);

    /// <summary>Gives memory back where too much is remembered. Call it between tokens only.</summary>
    public void Trim()
    {
        if (_frames.Count + _configurations.Count <= _limits.MaxStates)
            return;
        foreach (var configuration in _configurations.Values)
            configuration.Forget();
        _configurations.Clear();
        _frames.Clear();
        Cleared++;
        Start = Entered(_frames.Enter(_root.Start, null));
    }

    /// <summary>The same configuration in what is remembered now, if it is from before something was forgotten: equal frames must stay one object.</summary>
    public Configuration Adopt(Configuration old) => old.Age == Cleared || old.IsDead ? old : Of(Adopt(old.Threads), old.Accepts);

    private Frame[] Adopt(Frame[] threads)
    {
        var known = new Dictionary<Frame, Frame>();
        return Array.ConvertAll(threads, thread => Adopt(thread, known));
    }

    private Frame Adopt(Frame old, Dictionary<Frame, Frame> known)
    {
        // From the bottom of the stack up, down to which others may have come already.
        var stack = new Stack<Frame>();
        Frame? adopted = null;
        for (var frame = old; frame is not null && !known.TryGetValue(frame, out adopted); frame = frame.Parent)
            stack.Push(frame);
        while (stack.TryPop(out var frame))
            known[frame] = adopted = _frames.Of(frame.Node, frame.Low, frame.High, adopted);
        return adopted!;
    }

    private Configuration Compute(Configuration from, byte value)
    {
        Begin();
        foreach (var thread in from.Threads)
            foreach (var edge in thread.Node.Edges)
                if (value >= edge.Low && value <= edge.High && edge.Target.Distance != Node.Unreachable)
                    Close(_frames.Enter(edge.Target, thread.Parent));
        return Collect();
    }

    private void Begin()
    {
        _threads.Clear();
        _accepts = false;
        _mark++;
    }

    private Configuration Collect() => Of([.. _threads], _accepts);

    // Everything that is reached from a frame for nothing, in the grammar's order.
    private void Close(Frame frame)
    {
        _open.Push(frame);
        while (_open.TryPop(out frame!))
        {
            if (frame.Mark == _mark)
                continue;
            frame.Mark = _mark;
            var node = frame.Node;
            if (node.Loop is { } loop)
            {
                Repeat(frame, loop);
                continue;
            }
            if (node.Edges.Count > 0 && _threads.Count < _limits.MaxReadings)
                _threads.Add(frame);
            if (node.IsFinal)
                End(frame);
            for (var i = node.Calls.Count - 1; i >= 0; i--)
                Open(node.Calls[i], frame);
            for (var i = node.Epsilons.Count - 1; i >= 0; i--)
                Open(node.Epsilons[i], frame.Parent);
        }
    }

    private void Repeat(Frame frame, Loop loop)
    {
        if (frame.Low == 0)
            Open(loop.After, frame.Parent);
        if (frame.High > 0 && loop.Body.Start.Distance != Node.Unreachable)
        {
            var again = _frames.Of(frame.Node, Math.Max(0, frame.Low - 1), frame.High == Loop.Endless ? Loop.Endless : frame.High - 1, frame.Parent);
            if (again.Distance != Node.Unreachable)
                Open(loop.Body.Start, again);
        }
    }

    private void End(Frame frame)
    {
        if (frame.Parent is null)
            _accepts = true;
        else
            _open.Push(frame.Parent);
    }

    private void Open(Call call, Frame frame)
    {
        if (call.Callee.Start.Distance == Node.Unreachable || call.Return.Distance == Node.Unreachable)
            return;
        Open(call.Callee.Start, call.Return.IsTrivialEnd ? frame.Parent : _frames.Enter(call.Return, frame.Parent));
    }

    private void Open(Node node, Frame? parent)
    {
        if (node.Distance != Node.Unreachable)
            _open.Push(_frames.Enter(node, parent));
    }

    private readonly struct ConfigurationKey(Frame[] threads, bool accepts) : IEquatable<ConfigurationKey>
    {
        private readonly Frame[] _threads = threads;
        private readonly bool _accepts = accepts;

        public bool Equals(ConfigurationKey other) => _accepts == other._accepts && _threads.AsSpan().SequenceEqual(other._threads);

        public override bool Equals(object? obj) => obj is ConfigurationKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = _accepts ? 1 : 0;
            foreach (var thread in _threads)
                hash = hash * 31 + System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(thread);
            return hash;
        }
    }
}
