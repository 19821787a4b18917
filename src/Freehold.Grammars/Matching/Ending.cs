using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Matching;

/// <summary>The shortest way to finish a text, as bytes and as the fewest tokens that spell those bytes.</summary>
internal static class Ending
{
    /// <summary>The bytes of the shortest ending; of equally short ones the first of the grammar.</summary>
    public static byte[] Bytes(Machine machine, Configuration at, ReadOnlySpan<bool> spellable)
    {
        var bytes = new List<byte>();
        while (at.Distance > 0)
        {
            var next = NextByte(at, spellable);
            bytes.Add(next);
            at = machine.Step(at, next);
        }
        return [.. bytes];
    }

    /// <summary>The fewest tokens that spell the bytes; each byte can be spelled alone.</summary>
    public static int[] Tokens(ReadOnlySpan<byte> bytes, TokenTrie trie)
    {
        var (fewest, choice, length) = (new int[bytes.Length + 1], new int[bytes.Length], new int[bytes.Length]);
        for (var start = bytes.Length - 1; start >= 0; start--)
        {
            fewest[start] = int.MaxValue;
            for (int end = start, place = -1; end < bytes.Length;)
            {
                place = trie.Child(place, bytes[end++]);
                if (place < 0)
                    break;
                if (trie.Tokens[place] >= 0 && fewest[end] != int.MaxValue && fewest[end] + 1 < fewest[start])
                    (fewest[start], choice[start], length[start]) = (fewest[end] + 1, trie.Tokens[place], end - start);
            }
        }
        var tokens = new int[fewest[0]];
        for (int at = 0, i = 0; at < bytes.Length; at += length[at])
            tokens[i++] = choice[at];
        return tokens;
    }

    private static byte NextByte(Configuration at, ReadOnlySpan<bool> spellable)
    {
        var (least, best) = (long.MaxValue, (byte)0);
        foreach (var thread in at.Threads)
        {
            foreach (var edge in thread.Node.Edges)
            {
                var distance = Automata.Distances.Sum(edge.Target.Distance, thread.Parent?.Distance ?? 0);
                if (distance < least && Spelled(edge, spellable) is >= 0 and var value)
                    (least, best) = (distance, (byte)value);
            }
        }
        return best;
    }

    // A letter where there is a choice: the lowest byte of a string would be a space.
    private static int Spelled(Automata.Edge edge, ReadOnlySpan<bool> spellable)
    {
        if (edge.Low <= 'a' && edge.High >= 'a' && spellable['a'])
            return 'a';
        for (int value = edge.Low; value <= edge.High; value++)
            if (spellable[value])
                return value;
        return -1;
    }
}
