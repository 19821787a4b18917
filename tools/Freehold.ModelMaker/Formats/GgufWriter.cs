using System.Text;
using Freehold.Kernels.Blocks;

namespace Freehold.ModelMaker.Formats;

/// <summary>Writes GGUF version 3 (github.com/ggml-org/ggml, docs/gguf.md), little-endian. Checks nothing: tests make broken files with it too.</summary>
public sealed class GgufWriter
{
    private readonly List<(string Key, object Value)> _pairs = [];
    private readonly List<(string Name, uint Type, long[] Shape, long Bytes, Action<Stream> Write)> _tensors = [];

    /// <summary>The version written.</summary>
    public uint Version { get; set; } = 3;

    /// <summary>Multiple that tensors and their data begin at; other than 32 it is written as <c>general.alignment</c> too.</summary>
    public uint Alignment { get; set; } = 32;

    /// <summary>Adds a pair: a number, boolean, string or an array of one of these.</summary>
    public GgufWriter Add(string key, object value)
    {
        _pairs.Add((key, value));
        return this;
    }

    /// <summary>Adds pairs.</summary>
    public GgufWriter AddAll(IEnumerable<KeyValuePair<string, object>> pairs)
    {
        foreach (var (key, value) in pairs)
            Add(key, value);
        return this;
    }

    /// <summary>Adds a tensor whose bytes are written when the file is.</summary>
    public GgufWriter AddTensor(string name, TensorType type, long[] shape, long bytes, Action<Stream> write)
    {
        _tensors.Add((name, (uint)type, shape, bytes, write));
        return this;
    }

    /// <summary>Adds a tensor with its bytes.</summary>
    public GgufWriter AddTensor(string name, TensorType type, long[] shape, byte[] bytes) =>
        AddTensor(name, type, shape, bytes.Length, stream => stream.Write(bytes));

    /// <summary>Writes the file.</summary>
    public void WriteTo(Stream stream)
    {
        var header = Header();
        stream.Write(header);
        Pad(stream, header.Length);
        foreach (var (_, _, _, bytes, write) in _tensors)
        {
            write(stream);
            Pad(stream, bytes);
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        WriteTo(stream);
        return stream.ToArray();
    }

    /// <summary>Everything before the padding and the data.</summary>
    public byte[] Header()
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        var alignment = Alignment == 32 ? 0 : 1;
        writer.Write((ulong)(_pairs.Count + alignment));
        foreach (var (key, value) in _pairs)
            WritePair(writer, key, value);
        if (alignment != 0)
            WritePair(writer, "general.alignment", Alignment);
        var offset = 0L;
        foreach (var (name, type, shape, bytes, _) in _tensors)
        {
            WriteString(writer, name);
            writer.Write((uint)shape.Length);
            foreach (var extent in shape)
                writer.Write(extent);
            writer.Write(type);
            writer.Write(offset);
            offset += (bytes + Alignment - 1) / Alignment * Alignment;
        }
        writer.Flush();
        return buffer.ToArray();
    }

    private static void WritePair(BinaryWriter writer, string key, object value)
    {
        WriteString(writer, key);
        if (value is Array array)
        {
            writer.Write(9u);
            writer.Write(TypeOf(array.GetType().GetElementType()!));
            writer.Write((ulong)array.Length);
            foreach (var element in array)
                WriteScalar(writer, element);
            return;
        }
        writer.Write(TypeOf(value.GetType()));
        WriteScalar(writer, value);
    }

    private static uint TypeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => 0,
        TypeCode.SByte => 1,
        TypeCode.UInt16 => 2,
        TypeCode.Int16 => 3,
        TypeCode.UInt32 => 4,
        TypeCode.Int32 => 5,
        TypeCode.Single => 6,
        TypeCode.Boolean => 7,
        TypeCode.String => 8,
        TypeCode.UInt64 => 10,
        TypeCode.Int64 => 11,
        TypeCode.Double => 12,
        _ => throw new ArgumentException($"GGUF has no value type for {type}", nameof(type)),
    };

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte v: writer.Write(v); break;
            case sbyte v: writer.Write(v); break;
            case ushort v: writer.Write(v); break;
            case short v: writer.Write(v); break;
            case uint v: writer.Write(v); break;
            case int v: writer.Write(v); break;
            case float v: writer.Write(v); break;
            case bool v: writer.Write(v); break;
            case string v: WriteString(writer, v); break;
            case ulong v: writer.Write(v); break;
            case long v: writer.Write(v); break;
            case double v: writer.Write(v); break;
            default: throw new ArgumentException($"GGUF has no value type for {value.GetType()}", nameof(value));
        }
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private void Pad(Stream stream, long written)
    {
        for (var missing = (Alignment - (written % Alignment)) % Alignment; missing > 0; missing--)
            stream.WriteByte(0);
    }
}
