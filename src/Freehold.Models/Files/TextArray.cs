using System.Text;

namespace Freehold.Models.Files;

/// <summary>
/// An array of strings of a model's metadata, kept as UTF-8 in one buffer: a vocabulary and its merges are some hundred thousand of them, which tokenizers read as bytes.
/// Strings are only made for who asks for them.
/// </summary>
internal sealed class TextArray
{
    private string[]? _strings;

    /// <summary>Takes texts over: valid UTF-8, one after another.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="offsets">Where each begins, and at last where the last one ends.</param>
    public TextArray(byte[] bytes, int[] offsets) => (Bytes, Offsets) = (bytes, offsets);

    /// <summary>All texts, one after another.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where each begins; one more than there are texts.</summary>
    public int[] Offsets { get; }

    /// <summary>How many texts.</summary>
    public int Count => Offsets.Length - 1;

    /// <summary>One text.</summary>
    public ReadOnlySpan<byte> this[int index] => Bytes.AsSpan(Offsets[index], Offsets[index + 1] - Offsets[index]);

    /// <summary>All as strings, made once.</summary>
    public string[] Strings => _strings ??= Decode();

    /// <summary>One text as a string.</summary>
    public string Text(int index) => Encoding.UTF8.GetString(this[index]);

    /// <summary>Encodes strings; null where they have more bytes than <paramref name="most"/>.</summary>
    public static TextArray? From(string[] strings, int most)
    {
        long total = 0;
        foreach (var text in strings)
            total += Encoding.UTF8.GetByteCount(text);
        if (total > most)
            return null;
        var bytes = new byte[total];
        var offsets = new int[strings.Length + 1];
        for (var i = 0; i < strings.Length; i++)
            offsets[i + 1] = offsets[i] + Encoding.UTF8.GetBytes(strings[i], bytes.AsSpan(offsets[i]));
        return new TextArray(bytes, offsets);
    }

    private string[] Decode()
    {
        var strings = new string[Count];
        for (var i = 0; i < strings.Length; i++)
            strings[i] = Text(i);
        return strings;
    }
}
