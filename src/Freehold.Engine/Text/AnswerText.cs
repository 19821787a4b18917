using System.Buffers;
using System.Text;

namespace Freehold.Engine.Text;

/// <summary>
/// Turns tokens' bytes into text that can be shown: held back is a character that is not whole yet, and whatever may be the start of
/// a stop string. Allocates nothing after the start.
/// </summary>
internal sealed class AnswerText
{
    private readonly StopStrings _stops;
    private readonly byte[] _pending;
    private int _length, _released;

    /// <summary>For an answer with these stop strings, of tokens of at most <paramref name="longestToken"/> bytes.</summary>
    public AnswerText(StopStrings stops, int longestToken)
    {
        _stops = stops;
        _pending = new byte[MaxReleasedBytes(stops, longestToken)];
    }

    /// <summary>Bytes that one token can set free at most: those held back (a start of a stop string, a part of a character) and its own.</summary>
    public static int MaxReleasedBytes(StopStrings stops, int longestToken) => stops.Longest + 4 + longestToken;

    /// <summary>Bytes of text held back now.</summary>
    public int HeldBytes => _length - _released;

    /// <summary>The stop string that ended the answer; null where none did.</summary>
    public string? StoppedBy => _stops.Found;

    /// <summary>
    /// Takes a token's bytes. Returns whether a stop string is complete; <paramref name="text"/> is what can be shown, valid until the next call.
    /// The bytes of a stop string, and what follows it, are never shown. With the last token everything held back is shown; a character
    /// that was never finished becomes U+FFFD where the bytes are read.
    /// </summary>
    public bool Append(ReadOnlySpan<byte> token, bool isLast, out ReadOnlySpan<byte> text)
    {
        Shift();
        foreach (var value in token)
        {
            _pending[_length++] = value;
            var stop = _stops.Next(value);
            if (stop > 0)
            {
                text = _pending.AsSpan(0, _length - stop);
                _released = _length;
                return true;
            }
        }
        _released = isLast ? _length : WholeCharacters(_pending.AsSpan(0, _length - _stops.Held));
        text = _pending.AsSpan(0, _released);
        return false;
    }

    private void Shift()
    {
        _pending.AsSpan(_released, _length - _released).CopyTo(_pending);
        _length -= _released;
        _released = 0;
    }

    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        // An unfinished character has at most 3 bytes.
        for (var start = Math.Max(0, bytes.Length - 3); start < bytes.Length; start++)
        {
            if (Rune.DecodeFromUtf8(bytes[start..], out _, out var consumed) == OperationStatus.NeedMoreData && consumed == bytes.Length - start)
                return start;
        }
        return bytes.Length;
    }
}
