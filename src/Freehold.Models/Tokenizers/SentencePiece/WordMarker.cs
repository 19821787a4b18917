using System.Buffers;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>SentencePiece's mark for a space, U+2581.</summary>
internal static class WordMarker
{
    /// <summary>Its UTF-8.</summary>
    public static ReadOnlySpan<byte> Utf8 => "\u2581"u8;

    /// <summary>Writes a piece with spaces in place of marks.</summary>
    public static void WriteUnmarked(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        for (var mark = piece.IndexOf(Utf8); mark >= 0; mark = piece.IndexOf(Utf8))
        {
            output.Write(piece[..mark]);
            output.Write(" "u8);
            piece = piece[(mark + 3)..];
        }
        output.Write(piece);
    }

    /// <summary>Writes text with marks in place of spaces.</summary>
    /// <returns>Bytes written, at most three times the text's.</returns>
    public static int Mark(ReadOnlySpan<byte> text, Span<byte> marked)
    {
        var at = 0;
        foreach (var value in text)
        {
            if (value == ' ')
            {
                Utf8.CopyTo(marked[at..]);
                at += 3;
            }
            else
                marked[at++] = value;
        }
        return at;
    }
}
