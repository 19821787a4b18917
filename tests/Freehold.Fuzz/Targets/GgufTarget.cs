using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;

namespace Freehold.Fuzz.Targets;

/// <summary>GGUF files: whatever opens must have all its tensors inside the file.</summary>
public sealed class GgufTarget : IFuzzTarget
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("freehold-fuzz-").FullName, "model.gguf");

    /// <inheritdoc/>
    public string Name => "gguf";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return new GgufWriter()
                .Add("general.architecture", "llama").Add("general.alignment", 32u)
                .Add("a", (byte)1).Add("b", -1L).Add("c", 1.5).Add("d", true).Add("e", "text").Add("f", new[] { 1f, 2f }).Add("g", new[] { true })
                .Add("tokenizer.ggml.tokens", new[] { "a", "", "ü" }).Add("split.count", (ushort)1)
                .AddTensor("t.f32", TensorType.F32, [4], new byte[16]).AddTensor("t.q8", TensorType.Q8_0, [32, 2], new byte[68]).AddTensor("t.q6", TensorType.Q6_K, [256, 1, 2], new byte[420])
                .ToBytes();
            yield return new GgufWriter { Version = 2, Alignment = 64 }.AddAll(TinyVocabulary.ByteLevel().Keys).ToBytes();
        }
    }

    /// <inheritdoc/>
    public unsafe void Run(ReadOnlySpan<byte> input)
    {
        File.WriteAllBytes(_path, input);
        using var model = GgufFile.Open(_path);
        foreach (var info in model.Tensors)
        {
            if (!model.TryGetMatrix(info.Name, out var matrix) || matrix.Bytes != info.Bytes)
                throw new InvalidOperationException($"'{info.Name}' is listed and not found as described");
            _ = matrix.Data[0] + matrix.Data[matrix.Bytes - 1];
        }
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is ModelFormatException;
}
