using System.Globalization;

namespace Freehold.Models.Tokenizers.Scalars;

/// <summary>
/// Properties of Unicode scalars from our own pinned tables (Unicode 16.0), so that the same text gives the same ids under every runtime,
/// with or without ICU.
/// </summary>
internal static class ScalarProperties
{
    /// <summary>The bit that stands for White_Space in a mask of categories (categories use bits 0 to 29).</summary>
    public const uint WhiteSpaceBit = 1u << 31;

    // Two stages: the block of 256 scalars, then the scalar in it. Equal blocks are stored once.
    private static readonly ushort[] Blocks = new ushort[0x110000 >> 8];
    private static readonly byte[] Categories = Build(Blocks);

    /// <summary>The general category.</summary>
    public static UnicodeCategory Category(int scalar) =>
        (UnicodeCategory)Categories[Blocks[scalar >> 8] << 8 | scalar & 0xFF];

    /// <summary>A mask with the bit of the general category, and <see cref="WhiteSpaceBit"/> where it applies.</summary>
    public static uint Mask(int scalar) =>
        1u << (int)Category(scalar) | (IsWhiteSpace(scalar) ? WhiteSpaceBit : 0);

    /// <summary>The White_Space property (PropList.txt).</summary>
    public static bool IsWhiteSpace(int scalar) => scalar switch
    {
        <= 0x20 => scalar is 0x20 or (>= 0x09 and <= 0x0D),
        < 0x1680 => scalar is 0x85 or 0xA0,
        _ => scalar is 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000,
    };

    private static byte[] Build(ushort[] blocks)
    {
        var flat = new byte[0x110000];
        var starts = CategoryRanges.Starts;
        for (var i = 0; i < starts.Length; i++)
        {
            var from = (int)(starts[i] >> 5);
            var to = i + 1 < starts.Length ? (int)(starts[i + 1] >> 5) : flat.Length;
            flat.AsSpan(from, to - from).Fill((byte)(starts[i] & 31));
        }
        var known = new Dictionary<string, ushort>(StringComparer.Ordinal);
        var stored = new List<byte>();
        for (var block = 0; block < blocks.Length; block++)
        {
            var span = flat.AsSpan(block << 8, 256);
            var key = Convert.ToBase64String(span);
            if (!known.TryGetValue(key, out var index))
            {
                index = (ushort)known.Count;
                known.Add(key, index);
                stored.AddRange(span);
            }
            blocks[block] = index;
        }
        return stored.ToArray();
    }
}
