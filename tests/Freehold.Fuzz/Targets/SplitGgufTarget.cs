using System.Buffers.Binary;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.Models.Files;

namespace Freehold.Fuzz.Targets;

/// <summary>A GGUF model of two parts. An input is both, with the first one's length (32 bits, little-endian) before them.</summary>
public sealed class SplitGgufTarget : IFuzzTarget
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-fuzz-").FullName;

    /// <inheritdoc/>
    public string Name => "split-gguf";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            var parts = Enumerable.Range(0, 2).Select(i => new GgufWriter()
                .Add("general.architecture", "llama").Add("split.no", (ushort)i).Add("split.count", (ushort)2).Add("split.tensors.count", 3)
                .AddTensor($"t{i}", TensorType.F32, [4], new byte[16]).ToBytes()).ToArray();
            parts[1] = new GgufWriter().Add("split.no", (ushort)1).Add("split.count", (ushort)2)
                .AddTensor("t1", TensorType.Q8_0, [32, 2], new byte[68]).AddTensor("t2", TensorType.F16, [2, 3], new byte[12]).ToBytes();
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, parts[0].Length);
            yield return [.. length, .. parts[0], .. parts[1]];
        }
    }

    /// <inheritdoc/>
    public unsafe void Run(ReadOnlySpan<byte> input)
    {
        var first = input.Length < 4 ? 0 : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(input), (uint)input.Length - 4);
        var rest = input[Math.Min(4, input.Length)..];
        File.WriteAllBytes(Part(1), rest[..first]);
        File.WriteAllBytes(Part(2), rest[first..]);
        using var model = GgufFile.Open(Part(1));
        foreach (var info in model.Tensors)
        {
            if (!model.TryGetMatrix(info.Name, out var matrix) || matrix.Bytes != info.Bytes)
                throw new InvalidOperationException($"'{info.Name}' is listed and not found as described");
            _ = matrix.Data[0] + matrix.Data[matrix.Bytes - 1];
        }
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is ModelFormatException;

    private string Part(int number) => Path.Combine(_folder, $"model-{number:D5}-of-00002.gguf");
}
