using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Freehold.Models.Files.Gguf;

/// <summary>Reads metadata values: GGUF specification, <c>gguf_metadata_value_type</c>.</summary>
internal static class GgufValues
{
    private const uint StringType = 8, ArrayType = 9;
    private const string What = "the value of";

    /// <summary>One value with its type in front, boxed as <see cref="ModelMetadata"/> says.</summary>
    public static object Read(ref GgufCursor cursor, string key)
    {
        var type = cursor.Read<uint>("the type of", key);
        return type switch
        {
            0 => cursor.Read<byte>(What, key),
            1 => cursor.Read<sbyte>(What, key),
            2 => cursor.Read<ushort>(What, key),
            3 => cursor.Read<short>(What, key),
            4 => cursor.Read<uint>(What, key),
            5 => cursor.Read<int>(What, key),
            6 => cursor.Read<float>(What, key),
            7 => cursor.ReadBoolean(What, key),
            StringType => cursor.ReadString(What, key, Repairs(key)),
            ArrayType => ReadArray(ref cursor, key),
            10 => cursor.Read<ulong>(What, key),
            11 => cursor.Read<long>(What, key),
            12 => cursor.Read<double>(What, key),
            _ => throw cursor.Fail($"'{key}' has value type {type}, which GGUF does not define"),
        };
    }

    private static object ReadArray(ref GgufCursor cursor, string key)
    {
        var type = cursor.Read<uint>("the element type of", key);
        var count = cursor.Read<ulong>("the length of", key);
        return type switch
        {
            0 => ReadNumbers<byte>(ref cursor, count, key),
            1 => ReadNumbers<sbyte>(ref cursor, count, key),
            2 => ReadNumbers<ushort>(ref cursor, count, key),
            3 => ReadNumbers<short>(ref cursor, count, key),
            4 => ReadNumbers<uint>(ref cursor, count, key),
            5 => ReadNumbers<int>(ref cursor, count, key),
            6 => ReadNumbers<float>(ref cursor, count, key),
            7 => ReadBooleans(ref cursor, count, key),
            StringType => ReadTexts(ref cursor, count, key),
            ArrayType => throw cursor.Fail($"'{key}' is an array of arrays, which this engine does not read"),
            10 => ReadNumbers<ulong>(ref cursor, count, key),
            11 => ReadNumbers<long>(ref cursor, count, key),
            12 => ReadNumbers<double>(ref cursor, count, key),
            _ => throw cursor.Fail($"'{key}' has element type {type}, which GGUF does not define"),
        };
    }

    private static T[] ReadNumbers<T>(ref GgufCursor cursor, ulong count, string key) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(ReadElements(ref cursor, count, Unsafe.SizeOf<T>(), key)).ToArray();

    private static bool[] ReadBooleans(ref GgufCursor cursor, ulong count, string key)
    {
        var bytes = ReadElements(ref cursor, count, 1, key);
        var at = bytes.IndexOfAnyExcept((byte)0, (byte)1);
        if (at >= 0)
            throw cursor.Fail($"{What} '{key}' holds a truth value stored as {bytes[at]}; only 0 and 1 are valid");
        return MemoryMarshal.Cast<byte, bool>(bytes).ToArray();
    }

    private static ReadOnlySpan<byte> ReadElements(ref GgufCursor cursor, ulong count, int size, string key)
    {
        if (count > (ulong)cursor.Remaining / (ulong)size)
            throw cursor.Fail($"{What} '{key}' claims {count} elements of {size} bytes, {cursor.Remaining} bytes are left; the file is truncated or damaged: get it again");
        return cursor.ReadBytes(count * (ulong)size, What, key);
    }

    private static TextArray ReadTexts(ref GgufCursor cursor, ulong count, string key)
    {
        // Each string takes at least its eight bytes of length, so the arrays are never larger than what is there.
        if (count > (ulong)cursor.Remaining / sizeof(ulong) || count >= (ulong)Array.MaxLength)
            throw cursor.Fail($"{What} '{key}' claims {count} strings, {cursor.Remaining} bytes are left; the file is truncated or damaged: get it again");
        var repair = Repairs(key);
        var offsets = new List<int>((int)Math.Min(count, 1024)) { 0 };
        var bytes = new byte[16 * Math.Min(count, 1024)];
        var at = 0;
        for (ulong i = 0; i < count; i++)
        {
            var text = cursor.ReadText(What, key, repair);
            if (text.Length > ModelMetadata.MaxTextBytes - at)
                throw cursor.Fail($"{What} '{key}' has more than {ModelMetadata.MaxTextBytes} bytes of text; no known vocabulary comes near");
            if (text.Length > bytes.Length - at)
                Array.Resize(ref bytes, (int)Math.Min(ModelMetadata.MaxTextBytes, Math.Max(at + text.Length, 2L * bytes.Length)));
            text.CopyTo(bytes.AsSpan(at));
            at += text.Length;
            offsets.Add(at);
        }
        Array.Resize(ref bytes, at);
        return new TextArray(bytes, [.. offsets]);
    }

    /// <summary>
    /// Where invalid UTF-8 becomes U+FFFD: a few published vocabularies hold raw bytes (such a token can't be matched by text but keeps its id),
    /// and descriptions are only shown. All else (templates, merges, names) must be valid.
    /// </summary>
    private static bool Repairs(string key) =>
        key == "tokenizer.ggml.tokens" || (key.StartsWith("general.", StringComparison.Ordinal) && key != "general.architecture");
}
