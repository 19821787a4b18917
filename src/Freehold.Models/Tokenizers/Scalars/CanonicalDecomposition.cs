namespace Freehold.Models.Tokenizers.Scalars;

/// <summary>
/// Normalisation form D (Unicode Standard Annex 15) from our own tables: the runtime's <c>string.Normalize</c> changes nothing without ICU.
/// </summary>
internal static class CanonicalDecomposition
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private static readonly Dictionary<int, int[]> Entries = Read();
    private static readonly Dictionary<int, byte> Classes = ReadClasses();

    /// <summary>The canonical combining class.</summary>
    public static byte CombiningClass(int scalar) => Classes.GetValueOrDefault(scalar);

    /// <summary>Appends a scalar's full decomposition; order it with <see cref="Order"/> when the text is complete.</summary>
    public static void Append(int scalar, List<int> output)
    {
        if (scalar < 0xC0)
            output.Add(scalar);
        else if (scalar is >= HangulFirst and <= HangulLast)
        {
            // Conjoining jamo: 19 leads, 21 vowels, 27 trails (The Unicode Standard, section 3.12).
            var index = scalar - HangulFirst;
            output.Add(0x1100 + index / 588);
            output.Add(0x1161 + index % 588 / 28);
            if (index % 28 != 0)
                output.Add(0x11A7 + index % 28);
        }
        else if (Entries.TryGetValue(scalar, out var parts))
            output.AddRange(parts);
        else
            output.Add(scalar);
    }

    /// <summary>Puts combining marks into canonical order: stable, by class, between scalars of class zero.</summary>
    public static void Order(List<int> text)
    {
        var keys = new List<(byte Class, int Index, int Scalar)>();
        for (var at = 0; at < text.Count; at++)
        {
            if (text[at] < 0x300 || CombiningClass(text[at]) == 0)
                continue;
            keys.Clear();
            var end = at;
            for (; end < text.Count && CombiningClass(text[end]) is not 0 and var combining; end++)
                keys.Add((combining, end, text[end]));
            keys.Sort();
            for (var i = 0; i < keys.Count; i++)
                text[at + i] = keys[i].Scalar;
            at = end;
        }
    }

    private static Dictionary<int, int[]> Read()
    {
        var entries = new Dictionary<int, int[]>();
        var table = Decompositions.Entries;
        for (var at = 0; at < table.Length;)
        {
            var length = (int)(table[at] & 7);
            var parts = new int[length];
            for (var i = 0; i < length; i++)
                parts[i] = (int)table[at + 1 + i];
            entries.Add((int)(table[at] >> 3), parts);
            at += 1 + length;
        }
        return entries;
    }

    private static Dictionary<int, byte> ReadClasses()
    {
        var classes = new Dictionary<int, byte>();
        var table = CombiningClasses.Ranges;
        for (var at = 0; at < table.Length; at += 2)
            for (var scalar = (int)(table[at] >> 8); scalar <= table[at + 1]; scalar++)
                classes.Add(scalar, (byte)table[at]);
        return classes;
    }
}
