using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Matching;

/// <summary>
/// A place in a rule and, through its parent, what is to follow when the rule ends: a stack, whose lower part others share. Equal frames are one object
/// (<see cref="Frames"/>).
/// </summary>
internal sealed class Frame(Node node, int low, int high, Frame? parent)
{
    /// <summary>The place.</summary>
    public Node Node { get; } = node;

    /// <summary>How often a repetition must still happen.</summary>
    public int Low { get; } = low;

    /// <summary>How often it still may.</summary>
    public int High { get; } = high;

    /// <summary>What follows; null: the end of everything.</summary>
    public Frame? Parent { get; } = parent;

    /// <summary>The fewest bytes to the end of everything.</summary>
    public long Distance { get; } = Distances.Sum(node.Loop is { } loop ? Distances.Of(loop, low) : node.Distance, parent?.Distance ?? 0);

    /// <summary>The last closure that met it.</summary>
    public int Mark { get; set; }

    /// <summary>Where one stands when one comes to this frame, once it was asked for.</summary>
    public Configuration? Entered { get; set; }
}

/// <summary>Makes each frame once.</summary>
internal sealed class Frames
{
    private readonly Dictionary<(Node, int, int, Frame?), Frame> _frames = [];

    /// <summary>How many are remembered.</summary>
    public int Count => _frames.Count;

    /// <summary>A node that is come to afresh.</summary>
    public Frame Enter(Node node, Frame? parent) => node.Loop is { } loop ? Of(node, loop.Min, loop.Max, parent) : Of(node, 0, 0, parent);

    /// <summary>The frame of these parts.</summary>
    public Frame Of(Node node, int low, int high, Frame? parent)
    {
        ref var frame = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_frames, (node, low, high, parent), out _);
        return frame ??= new Frame(node, low, high, parent);
    }

    /// <summary>Forgets all; those in use live on.</summary>
    public void Clear()
    {
        foreach (var frame in _frames.Values)
            frame.Entered = null;
        _frames.Clear();
    }
}
