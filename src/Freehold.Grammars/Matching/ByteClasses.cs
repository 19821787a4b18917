using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Matching;

/// <summary>Bytes that no edge of a grammar tells apart form a class, so that tables of steps stay small.</summary>
internal sealed class ByteClasses
{
    private readonly byte[] _class = new byte[256];

    /// <summary>For these nodes.</summary>
    public ByteClasses(params IEnumerable<IReadOnlyList<Node>> parts)
    {
        var begins = new bool[257];
        foreach (var nodes in parts)
            foreach (var node in nodes)
                foreach (var edge in node.Edges)
                    begins[edge.Low] = begins[edge.High + 1] = true;
        var last = 0;
        for (var value = 0; value < 256; value++)
        {
            if (begins[value] && value > 0)
                last++;
            _class[value] = (byte)last;
        }
        Count = last + 1;
    }

    /// <summary>Classes.</summary>
    public int Count { get; }

    /// <summary>The class of a byte.</summary>
    public int this[byte value] => _class[value];
}
