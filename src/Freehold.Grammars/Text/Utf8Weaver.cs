using System.Text;
using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Text;

/// <summary>
/// Weaves sets of characters as the bytes of their UTF-8, plain or as they stand in a JSON string. In JSON every character has one form here: itself, but for the quote, the
/// backslash and control characters, which have their short escape or \u00xx.
/// </summary>
internal sealed class Utf8Weaver(Weaver weaver)
{
    private readonly Dictionary<(Node, int, int, int), Node> _tails = [];
    private readonly Dictionary<(Node, CharSet), Node> _escapes = [];

    /// <summary>One character of a set, as it is.</summary>
    public void Plain(Node from, CharSet set, Node to)
    {
        foreach (var (low, high) in set.Ranges)
            Range(from, low, high, to);
    }

    /// <summary>One character of a set, inside a JSON string.</summary>
    public void Json(Node from, CharSet set, Node to)
    {
        // What must be escaped lies below U+0080, so most sets need no cutting.
        if (set.IsEmpty || set.Ranges[0].Low > '\\')
        {
            Plain(from, set, to);
            return;
        }
        Plain(from, set.And(JsonText.Unescaped), to);
        var escaped = set.And(JsonText.Escaped);
        if (escaped.IsEmpty)
            return;
        if (!_escapes.TryGetValue((to, set), out var escape))
            _escapes[(to, set)] = escape = Escapes(escaped, to);
        from.Edges.Add(new Edge((byte)'\\', (byte)'\\', escape));
    }

    private Node Escapes(CharSet escaped, Node to)
    {
        var escape = weaver.Node();
        // Behind \u00 comes 0 or 1, then the last digit.
        var last = new Node?[2];
        foreach (var (low, high) in escaped.Ranges)
        {
            for (var value = low; value <= high; value++)
            {
                if (JsonText.ShortEscape(value) is >= 0 and var letter)
                {
                    weaver.Range(escape, (byte)letter, (byte)letter, to);
                    continue;
                }
                (last[value / 16] ??= weaver.Range(weaver.Literal(escape, "u00"u8), (byte)('0' + value / 16), (byte)('0' + value / 16))).Edges.Add(new Edge(Hex(value), Hex(value), to));
            }
        }
        return escape;
    }

    private static byte Hex(int value) => (byte)"0123456789abcdef"[value & 15];

    // Cuts a range where the number of bytes changes.
    private void Range(Node from, int low, int high, Node to)
    {
        foreach (var last in (ReadOnlySpan<int>)[0x7F, 0x7FF, 0xFFFF, 0x10FFFF])
        {
            if (low > last)
                continue;
            Bytes(from, Encode(low), Encode(Math.Min(high, last)), to);
            low = last + 1;
            if (low > high)
                break;
        }
    }

    // Both ends packed into a number, the first byte highest; all bytes behind the first go from 80 to BF where a range is not cut.
    private void Bytes(Node from, (int Value, int Count) low, (int Value, int Count) high, Node to)
    {
        var shift = 8 * (low.Count - 1);
        var (first, last) = (low.Value >> shift, high.Value >> shift);
        if (low.Count == 1)
        {
            from.Edges.Add(new Edge((byte)first, (byte)last, to));
            return;
        }
        var rest = (1 << shift) - 1;
        var (lowest, highest) = (0x808080 & rest, 0xBFBFBF & rest);
        if (first == last)
        {
            from.Edges.Add(new Edge((byte)first, (byte)first, Tail(low.Value & rest, high.Value & rest, low.Count - 1, to)));
            return;
        }
        if ((low.Value & rest) != lowest)
        {
            from.Edges.Add(new Edge((byte)first, (byte)first, Tail(low.Value & rest, highest, low.Count - 1, to)));
            first++;
        }
        var isCut = (high.Value & rest) != highest;
        if (first <= last - (isCut ? 1 : 0))
            from.Edges.Add(new Edge((byte)first, (byte)(isCut ? last - 1 : last), Tail(lowest, highest, low.Count - 1, to)));
        if (isCut)
            from.Edges.Add(new Edge((byte)last, (byte)last, Tail(lowest, high.Value & rest, low.Count - 1, to)));
    }

    private Node Tail(int low, int high, int count, Node to)
    {
        if (_tails.TryGetValue((to, low, high, count), out var tail))
            return tail;
        _tails[(to, low, high, count)] = tail = weaver.Node();
        Bytes(tail, (low, count), (high, count), to);
        return tail;
    }

    private static (int Value, int Count) Encode(int scalar)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = new Rune(scalar).EncodeToUtf8(bytes);
        var value = 0;
        foreach (var next in bytes[..count])
            value = value << 8 | next;
        return (value, count);
    }
}
