using System.Numerics;
using Freehold.Kernels.Blocks;

namespace Freehold.Models.Files.Gguf;

/// <summary>
/// What stands before a GGUF file's tensor data (github.com/ggml-org/ggml, docs/gguf.md):
/// <code>
/// magic "GGUF" | version u32 | tensors u64 | pairs u64 | pairs: key, type, value | tensors: name, dimensions, type, offset | padding | data
/// </code>
/// No allocation is sized by a number that the file's own bytes do not back.
/// </summary>
internal sealed class GgufHeader
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int MaxKeyBytes = 65_535, MaxPairs = 65_536, MaxTensors = 1 << 20, MaxTensorNameBytes = 1024, DefaultAlignment = 32;

    private GgufHeader(Dictionary<string, object> values, List<PlacedTensor> tensors, long dataOffset)
    {
        Values = values;
        Tensors = tensors;
        DataOffset = dataOffset;
    }

    /// <summary>The pairs.</summary>
    public Dictionary<string, object> Values { get; }

    /// <summary>The tensors, each with its offset from <see cref="DataOffset"/>; all lie inside the file and none overlaps another.</summary>
    public List<PlacedTensor> Tensors { get; }

    /// <summary>Where tensor data begins.</summary>
    public long DataOffset { get; }

    /// <summary>A tensor and where its bytes begin, counted from the start of the data.</summary>
    internal readonly record struct PlacedTensor(TensorInfo Info, long Offset);

    /// <summary>Whether these are GGUF's first bytes.</summary>
    public static unsafe bool HasMagic(byte* start, long length) => length >= 4 && new ReadOnlySpan<byte>(start, 4).SequenceEqual("GGUF"u8);

    /// <summary>Reads and checks everything before the data, and that the data is all there.</summary>
    /// <exception cref="ModelFormatException">Something is wrong; the message says what and where.</exception>
    public static unsafe GgufHeader Parse(byte* start, long length, string origin)
    {
        var cursor = new GgufCursor(start, length, origin);
        if (cursor.Read<uint>("the magic number") != Magic)
            throw new ModelFormatException($"{origin}: this is not a GGUF file (it does not begin with 'GGUF')");
        CheckVersion(ref cursor);
        var tensorCount = cursor.Read<ulong>("the number of tensors");
        var pairCount = cursor.Read<ulong>("the number of metadata pairs");
        if (pairCount > MaxPairs)
            throw cursor.Fail($"the header claims {pairCount} metadata pairs; at most {MaxPairs} are read");
        if (tensorCount > MaxTensors)
            throw cursor.Fail($"the header claims {tensorCount} tensors; at most {MaxTensors} are read");
        var values = ReadPairs(ref cursor, (int)pairCount);
        var alignment = FindAlignment(ref cursor, values);
        var tensors = ReadTensors(ref cursor, (int)tensorCount, alignment);
        var dataOffset = (cursor.Position + alignment - 1) & ~(alignment - 1);
        CheckPlaces(tensors, dataOffset, length, origin);
        return new GgufHeader(values, tensors, dataOffset);
    }

    private static void CheckVersion(ref GgufCursor cursor)
    {
        var version = cursor.Read<uint>("the version");
        if (version is 2 or 3)
            return;
        throw ModelFormatException.Unsupported(cursor.Fail(version switch
        {
            1 => "GGUF version 1 was superseded in 2023 and is not read; convert the model again",
            0x02000000 or 0x03000000 => "the file is big-endian; only little-endian GGUF is read: convert the model for a little-endian machine",
            _ => $"GGUF version {version} is not known; versions 2 and 3 are read",
        }).Message);
    }

    private static Dictionary<string, object> ReadPairs(ref GgufCursor cursor, int count)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = cursor.ReadName("a metadata key", MaxKeyBytes);
            if (!values.TryAdd(key, GgufValues.Read(ref cursor, key)))
                throw cursor.Fail($"the metadata key '{key}' appears twice");
        }
        return values;
    }

    private static long FindAlignment(ref GgufCursor cursor, Dictionary<string, object> values)
    {
        if (!values.TryGetValue("general.alignment", out var value))
            return DefaultAlignment;
        return value is uint alignment && BitOperations.IsPow2(alignment) && alignment is >= 8 and <= 1 << 24
            ? alignment
            : throw cursor.Fail($"'general.alignment' is {value}; a 32-bit power of two from 8 to {1 << 24} was expected");
    }

    private static List<PlacedTensor> ReadTensors(ref GgufCursor cursor, int count, long alignment)
    {
        var tensors = new List<PlacedTensor>(Math.Min(count, 1024));
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var tensor = ReadTensor(ref cursor, alignment);
            if (!names.Add(tensor.Info.Name))
                throw cursor.Fail($"the tensor '{tensor.Info.Name}' appears twice");
            tensors.Add(tensor);
        }
        return tensors;
    }

    private static PlacedTensor ReadTensor(ref GgufCursor cursor, long alignment)
    {
        var name = cursor.ReadName("a tensor's name", MaxTensorNameBytes);
        var dimensions = cursor.Read<uint>("the number of dimensions of", name);
        if (dimensions is < 1 or > 4)
            throw cursor.Fail($"the tensor '{name}' has {dimensions} dimensions; 1 to 4 are valid");
        var shape = new long[dimensions];
        for (var d = 0; d < shape.Length; d++)
        {
            var extent = cursor.Read<ulong>("a dimension of", name);
            if (extent is 0 or > int.MaxValue)
                throw cursor.Fail($"dimension {d} of the tensor '{name}' is {extent}; 1 to {int.MaxValue} are valid");
            shape[d] = (long)extent;
        }
        var type = cursor.Read<uint>("the type of", name);
        if (!TensorShapes.TryMeasure(name, type, shape, out var info, out var problem))
            throw BlockFormat.TryGet((TensorType)type, out _) ? cursor.Fail(problem) : ModelFormatException.Unsupported(cursor.Fail(problem).Message);
        var offset = cursor.Read<ulong>("the offset of", name);
        if (offset > long.MaxValue || (long)offset % alignment != 0)
            throw cursor.Fail($"the tensor '{name}' begins at byte {offset} of the data, which is no multiple of the alignment {alignment}");
        return new PlacedTensor(info, (long)offset);
    }

    private static void CheckPlaces(List<PlacedTensor> tensors, long dataOffset, long length, string origin)
    {
        var ordered = tensors.ToArray();
        // Nearly all files name tensors in order; to compile a sort takes longer than all else here.
        if (!IsOrdered(ordered))
            Array.Sort(ordered, (a, b) => a.Offset.CompareTo(b.Offset));
        var available = length - dataOffset;
        for (var i = 0; i < ordered.Length; i++)
        {
            var (info, offset) = ordered[i];
            // Neither can overflow: both are at most long.MaxValue and the sum is compared by subtraction.
            if (offset > available - info.Bytes)
                throw new ModelFormatException(
                    $"{origin}: the tensor '{info.Name}' needs {info.Bytes} bytes from byte {offset} of the data, which has {Math.Max(0, available)}; "
                    + $"{Missing(ordered, available)} bytes are missing: the file is truncated, download it again");
            if (i > 0 && offset < ordered[i - 1].Offset + ordered[i - 1].Info.Bytes)
                throw new ModelFormatException($"{origin}: the tensors '{ordered[i - 1].Info.Name}' and '{info.Name}' overlap; the file is damaged");
        }
    }

    private static bool IsOrdered(PlacedTensor[] tensors)
    {
        for (var i = 1; i < tensors.Length; i++)
            if (tensors[i].Offset < tensors[i - 1].Offset)
                return false;
        return true;
    }

    // Decimal, for sums past 64 bits: what has an Int128 in it is not compiled ahead of time.
    private static decimal Missing(PlacedTensor[] tensors, long available) =>
        tensors.Max(tensor => (decimal)tensor.Offset + tensor.Info.Bytes) - available;
}
