using System.Text.Json;
using Freehold.Kernels.Blocks;

namespace Freehold.Models.Files.Safetensors;

/// <summary>
/// The header of a safetensors file (github.com/huggingface/safetensors, "Format"): length u64, JSON of that length, data.
/// Tensors must fill the data without gap or overlap, as the format demands.
/// </summary>
internal static class SafetensorsHeader
{
    // The reference implementation's own limit.
    private const long MaxHeaderBytes = 100_000_000;

    /// <summary>A tensor as the file has it: shape in GGUF's order, offset from the file's start.</summary>
    internal readonly record struct Entry(TensorInfo Info, long Offset);

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="ModelFormatException">Something is wrong; the message says what and where.</exception>
    public static unsafe List<Entry> Parse(byte* start, long length, string origin)
    {
        if (length < 8)
            throw new ModelFormatException($"{origin}: {length} bytes are no safetensors file; it is truncated or of another kind");
        var headerLength = BitConverter.ToUInt64(new ReadOnlySpan<byte>(start, 8));
        if (headerLength > MaxHeaderBytes || (long)headerLength > length - 8)
            throw new ModelFormatException($"{origin}: the header claims {headerLength} bytes, {length - 8} are there (at most {MaxHeaderBytes} are read); the file is truncated or of another kind");
        using var memory = new UnmanagedMemoryStream(start + 8, (long)headerLength);
        using var document = ConfigJson.Parse(memory, $"{origin}'s header");
        var dataStart = 8 + (long)headerLength;
        var entries = new List<Entry>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name != "__metadata__")
                entries.Add(ReadEntry(property, dataStart, length, origin));
        }
        CheckPlaces(entries, dataStart, length, origin);
        return entries;
    }

    private static Entry ReadEntry(JsonProperty property, long dataStart, long length, string origin)
    {
        var name = property.Name;
        var value = property.Value;
        if (name.Length is 0 or > 1024 || value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !value.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
            throw new ModelFormatException($"{origin}: the header's entry '{name}' is no description of a tensor (dtype, shape and data_offsets were expected)");
        uint type = dtype.GetString() switch
        {
            "F32" => (uint)TensorType.F32,
            "F16" => (uint)TensorType.F16,
            "BF16" => (uint)TensorType.BF16,
            var other => throw ModelFormatException.Unsupported($"{origin}: the tensor '{name}' has type {other}; F32, F16 and BF16 are read: get another copy of the model"),
        };
        var rank = shape.GetArrayLength();
        if (rank is < 1 or > 4)
            throw new ModelFormatException($"{origin}: the tensor '{name}' has {rank} dimensions; 1 to 4 are read");
        var extents = new long[rank];
        for (var d = 0; d < rank; d++)
        {
            if (shape[d].ValueKind != JsonValueKind.Number || !shape[d].TryGetInt64(out var extent) || extent is < 1 or > int.MaxValue)
                throw new ModelFormatException($"{origin}: dimension {d} of the tensor '{name}' is {shape[d]}; 1 to {int.MaxValue} are valid");
            extents[rank - 1 - d] = extent;
        }
        if (!TensorShapes.TryMeasure(name, type, extents, out var info, out var problem))
            throw new ModelFormatException($"{origin}: {problem}");
        if (offsets[0].ValueKind != JsonValueKind.Number || offsets[1].ValueKind != JsonValueKind.Number
            || !offsets[0].TryGetInt64(out var begin) || !offsets[1].TryGetInt64(out var end) || begin < 0 || end < begin || end - begin != info.Bytes)
            throw new ModelFormatException($"{origin}: the tensor '{name}' lies at {offsets}, but its type and shape take {info.Bytes} bytes");
        var missing = end - (length - dataStart);
        return missing > 0
            ? throw new ModelFormatException($"{origin}: the tensor '{name}' ends {missing} bytes behind the end of the file; it is truncated: download it again")
            : new Entry(info, dataStart + begin);
    }

    private static void CheckPlaces(List<Entry> entries, long dataStart, long length, string origin)
    {
        var ordered = entries.ToArray();
        Array.Sort(ordered, (a, b) => a.Offset.CompareTo(b.Offset));
        var at = dataStart;
        foreach (var (info, offset) in ordered)
        {
            if (offset != at)
                throw new ModelFormatException($"{origin}: the tensor '{info.Name}' begins at byte {offset}, the one before ends at {at}; the file is damaged");
            at = offset + info.Bytes;
        }
        if (at != length)
            throw new ModelFormatException($"{origin}: {length - at} bytes behind the last tensor belong to none; the file is damaged");
    }
}
