using System.Numerics;
using System.Text;

namespace Freehold.Engine.Streams;

/// <summary>
/// Updates on their way from the engine's thread (the only writer) to the thread that reads the answer (the only reader). Everything it needs is
/// allocated with it; a full ring pauses its own sequence and nobody else's.
/// </summary>
internal sealed class UpdateRing
{
    private readonly Slot[] _slots;
    private readonly byte[] _text;
    private readonly TokenProbability[] _alternatives;
    private readonly int _alternativesPerSlot;
    private long _written, _read;
    private long _textWritten, _textRead;

    /// <summary>Room for <paramref name="slots"/> tokens, <paramref name="textBytes"/> bytes of text (both rounded up to powers of 2) and some alternatives a token.</summary>
    public UpdateRing(int slots, int textBytes, int alternatives)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)slots)];
        _text = new byte[BitOperations.RoundUpToPowerOf2((uint)textBytes)];
        _alternativesPerSlot = alternatives;
        _alternatives = new TokenProbability[_slots.Length * alternatives];
    }

    /// <summary>Whether there is something to read.</summary>
    public bool HasUpdate => Volatile.Read(ref _written) != Volatile.Read(ref _read);

    /// <summary>Writer: whether one more token with this many bytes of text fits.</summary>
    public bool HasRoom(int textBytes) =>
        _written - Volatile.Read(ref _read) < _slots.Length && _text.Length - (_textWritten - Volatile.Read(ref _textRead)) >= textBytes;

    /// <summary>Writer: whether several more tokens with this many bytes of text in all fit.</summary>
    public bool HasRoom(int tokens, int textBytes) =>
        _written + tokens - Volatile.Read(ref _read) <= _slots.Length && _text.Length - (_textWritten - Volatile.Read(ref _textRead)) >= textBytes;

    /// <summary>Writer: where the next token's alternatives go.</summary>
    public Span<TokenProbability> NextAlternatives => _alternatives.AsSpan((int)(_written & _slots.Length - 1) * _alternativesPerSlot, _alternativesPerSlot);

    /// <summary>Writer: adds a token. <see cref="HasRoom(int)"/> must have said yes.</summary>
    public void Write(int token, ReadOnlySpan<byte> text, float logProbability, int alternatives, FinishReason finish, GenerationUsage usage)
    {
        for (var i = 0; i < text.Length; i++)
            _text[(_textWritten + i) & (_text.Length - 1)] = text[i];
        _textWritten += text.Length;
        _slots[_written & (_slots.Length - 1)] = new Slot
        {
            Token = token,
            TextBytes = text.Length,
            LogProbability = logProbability,
            Alternatives = alternatives,
            Finish = finish,
            Usage = usage,
        };
        Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>Reader: takes the oldest update; null when there is none.</summary>
    public GenerationUpdate? Read()
    {
        if (!HasUpdate)
            return null;
        var index = (int)(_read & (_slots.Length - 1));
        ref readonly var slot = ref _slots[index];
        var update = new GenerationUpdate(
            slot.Token, ReadText(slot.TextBytes), slot.LogProbability,
            slot.Alternatives == 0 ? [] : _alternatives.AsSpan(index * _alternativesPerSlot, slot.Alternatives).ToArray(),
            slot.Finish, slot.Usage);
        Volatile.Write(ref _textRead, _textRead + slot.TextBytes);
        Volatile.Write(ref _read, _read + 1);
        return update;
    }

    private string ReadText(int bytes)
    {
        if (bytes == 0)
            return "";
        var start = (int)(_textRead & (_text.Length - 1));
        if (start + bytes <= _text.Length)
            return Encoding.UTF8.GetString(_text, start, bytes);
        var joined = new byte[bytes];
        var first = _text.Length - start;
        _text.AsSpan(start).CopyTo(joined);
        _text.AsSpan(0, bytes - first).CopyTo(joined.AsSpan(first));
        return Encoding.UTF8.GetString(joined);
    }

    private struct Slot
    {
        public int Token, TextBytes, Alternatives;
        public float LogProbability;
        public FinishReason Finish;
        public GenerationUsage Usage;
    }
}
