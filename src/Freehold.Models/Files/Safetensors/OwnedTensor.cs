using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;

namespace Freehold.Models.Files.Safetensors;

/// <summary>A tensor's values in memory of our own, for what cannot be used as the file has it. Free it with <see cref="Dispose"/>.</summary>
internal sealed unsafe class OwnedTensor : IDisposable
{
    private OwnedTensor(TensorInfo info)
    {
        Info = info;
        Data = (byte*)NativeMemory.AlignedAlloc((nuint)info.Bytes, 64);
    }

    /// <summary>The description under GGUF's name.</summary>
    public TensorInfo Info { get; }

    /// <summary>The first byte.</summary>
    public byte* Data { get; private set; }

    /// <summary>Single-precision values.</summary>
    public static OwnedTensor Of(string name, ReadOnlySpan<float> values)
    {
        var tensor = new OwnedTensor(new TensorInfo(name, TensorType.F32, [values.Length], values.Length * (long)sizeof(float)));
        values.CopyTo(new Span<float>(tensor.Data, values.Length));
        return tensor;
    }

    /// <summary>Values as single precision, each with <paramref name="shift"/> added; at most 2^29 of them.</summary>
    public static OwnedTensor Widened(TensorInfo source, byte* data, string name, float shift)
    {
        var count = source.Bytes / BlockFormat.Of(source.Type).BlockBytes;
        if (count > 1 << 29)
            throw new ModelFormatException($"the tensor '{source.Name}' has {count} values, too many to convert");
        var tensor = new OwnedTensor(new TensorInfo(name, TensorType.F32, source.Shape, count * sizeof(float)));
        var to = (float*)tensor.Data;
        for (var i = 0L; i < count; i++)
        {
            to[i] = shift + source.Type switch
            {
                TensorType.F16 => (float)((Half*)data)[i],
                TensorType.BF16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[i] << 16),
                _ => ((float*)data)[i],
            };
        }
        return tensor;
    }

    /// <summary>
    /// Rows reordered inside each head from two halves to pairs: row 2i is the first half's i-th, row 2i+1 the second half's
    /// (conversion/llama.py, <c>LlamaModel.permute</c>).
    /// </summary>
    public static OwnedTensor Interleaved(TensorInfo source, byte* data, string name, int heads)
    {
        var isBias = source.Shape.Count == 1;
        var rows = isBias ? source.Shape[0] : source.Bytes / BlockFormat.Of(source.Type).RowBytes(source.Shape[0]);
        if (rows % heads != 0 || rows / heads % 2 != 0)
            throw new ModelFormatException($"the tensor '{source.Name}' has {rows} rows, which {heads} heads do not divide into pairs");
        var (rowBytes, length) = (source.Bytes / rows, rows / heads);
        var tensor = new OwnedTensor(source with { Name = name });
        for (var to = 0L; to < rows; to++)
        {
            var (head, within) = (to / length, to % length);
            var at = (head * length) + (within / 2) + (within % 2 * (length / 2));
            Buffer.MemoryCopy(data + (at * rowBytes), tensor.Data + (to * rowBytes), rowBytes, rowBytes);
        }
        return tensor;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Data);
        Data = null;
    }
}
