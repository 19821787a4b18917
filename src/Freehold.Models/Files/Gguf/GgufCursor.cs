using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Freehold.Models.Files.Gguf;

/// <summary>
/// Reads GGUF's little-endian primitives one after another and never past the end. Each read is told what it reads and whose, in two parts so that
/// the sentence is only put together when something is wrong.
/// </summary>
internal unsafe ref struct GgufCursor(byte* start, long length, string origin)
{
    // A quarter of what a .NET array can hold: the text of so many bytes always fits a string.
    private const int MaxBytes = 0x1FFF_FFFF;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes not yet read.</summary>
    public readonly long Remaining => length - Position;

    /// <summary>A number.</summary>
    public T Read<T>(string what, string of = "") where T : unmanaged
    {
        if (Remaining < sizeof(T))
            throw Truncated(what, of, (ulong)sizeof(T));
        var value = Unsafe.ReadUnaligned<T>(start + Position);
        Position += sizeof(T);
        return value;
    }

    /// <summary>A byte that must be 0 or 1.</summary>
    public bool ReadBoolean(string what, string of) => Read<byte>(what, of) switch
    {
        0 => false,
        1 => true,
        var other => throw Fail($"{what} '{of}' is a truth value stored as {other}; only 0 and 1 are valid"),
    };

    /// <summary>Bytes in place, their count checked against what is left.</summary>
    public ReadOnlySpan<byte> ReadBytes(ulong count, string what, string of)
    {
        if (count > (ulong)Remaining)
            throw Truncated(what, of, count);
        if (count > MaxBytes)
            throw Fail($"{what} '{of}' has {count} bytes; at most {MaxBytes} are read");
        var bytes = new ReadOnlySpan<byte>(start + Position, (int)count);
        Position += (long)count;
        return bytes;
    }

    /// <summary>A string: 64-bit length, then UTF-8.</summary>
    /// <param name="what">What is read.</param>
    /// <param name="of">Whose it is.</param>
    /// <param name="repair">Invalid UTF-8 becomes U+FFFD instead of an error.</param>
    public string ReadString(string what, string of, bool repair) => Decode(Read<ulong>(what, of), what, of, repair);

    /// <summary>The valid UTF-8 of a string: in place, or repaired.</summary>
    public ReadOnlySpan<byte> ReadText(string what, string of, bool repair)
    {
        var bytes = ReadBytes(Read<ulong>(what, of), what, of);
        return Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(Decode(bytes, what, of, repair));
    }

    /// <summary>A string of 1 to <paramref name="maxBytes"/> bytes that names something.</summary>
    public string ReadName(string what, int maxBytes)
    {
        var count = Read<ulong>(what);
        return count is > 0 && count <= (ulong)maxBytes
            ? Decode(count, what, "", repair: false)
            : throw Fail($"{what} has {count} bytes; 1 to {maxBytes} are valid");
    }

    /// <summary>An error that says where the reading stood.</summary>
    public readonly ModelFormatException Fail(string message) => new($"{origin}: {message} (at byte {Position} of the header)");

    private string Decode(ulong count, string what, string of, bool repair) => Decode(ReadBytes(count, what, of), what, of, repair);

    private readonly string Decode(ReadOnlySpan<byte> bytes, string what, string of, bool repair)
    {
        try
        {
            return (repair ? Encoding.UTF8 : s_strict).GetString(bytes);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException(Fail($"{what} '{of}' is not valid UTF-8").Message, e);
        }
    }

    private readonly ModelFormatException Truncated(string what, string of, ulong needed) =>
        Fail($"{what}{(of.Length > 0 ? $" '{of}'" : "")} needs {needed} bytes, {Remaining} are left; the file is truncated or damaged: get it again");
}
