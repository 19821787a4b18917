namespace Freehold.Models.Tokenizers.Scalars;

/// <summary>Lower case of one scalar at a time, without language or context, from our own table.</summary>
internal static class LowerCase
{
    /// <summary>Appends the lower case: one scalar, but for U+0130, which becomes i and a dot above (SpecialCasing.txt).</summary>
    public static void Append(int scalar, List<int> output)
    {
        if (scalar == 0x130)
        {
            output.Add('i');
            output.Add(0x307);
        }
        else
            output.Add(scalar < 128 ? scalar is >= 'A' and <= 'Z' ? scalar | 0x20 : scalar : Find(scalar));
    }

    private static int Find(int scalar)
    {
        var table = LowerCaseRanges.Ranges;
        int low = 0, high = table.Length / 3 - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var first = (int)(table[middle * 3] >> 1);
            if (scalar < first)
                high = middle - 1;
            else if (scalar > table[middle * 3 + 1])
                low = middle + 1;
            else
            {
                var step = (int)(table[middle * 3] & 1) + 1;
                return (scalar - first) % step == 0 ? scalar + (int)table[middle * 3 + 2] : scalar;
            }
        }
        return scalar;
    }
}
