using System.Collections;
using System.Text;
using Freehold.Models.Templates;

namespace Freehold.Models.Tokenizers.Added;

/// <summary>Which bytes of a text may take part in the name of a control token: all, none, or those that a template wrote.</summary>
internal readonly struct Trust
{
    private readonly bool _all;
    private readonly BitArray? _bytes;

    private Trust(bool all, BitArray? bytes)
    {
        _all = all;
        _bytes = bytes;
    }

    /// <summary>The whole text, or nothing of it.</summary>
    public static Trust Whole(bool trusted) => new(trusted, null);

    /// <summary>The bytes of the code units that come from the template.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="bytes">Bytes of its UTF-8.</param>
    /// <exception cref="ArgumentException">There isn't one flag per code unit.</exception>
    public static Trust Of(RenderedPrompt prompt, int bytes)
    {
        var (text, origin) = prompt;
        if (origin.Length != text.Length)
            throw new ArgumentException($"the prompt has {text.Length} code units but {origin.Length} origins", nameof(prompt));
        if (origin.HasAllSet())
            return Whole(true);
        if (!origin.HasAnySet())
            return Whole(false);
        var flags = new BitArray(bytes);
        var at = 0;
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var units);
            var trusted = origin[i] && origin[i + units - 1];
            for (var n = rune.Utf8SequenceLength; n > 0; n--)
                flags[at++] = trusted;
            i += units;
        }
        return new Trust(false, flags);
    }

    /// <summary>Whether the byte may.</summary>
    public bool Covers(int at) => _all || (_bytes is not null && _bytes[at]);
}
