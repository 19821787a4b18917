using System.Text;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;

namespace Freehold.Models.Tests.Files;

/// <summary>Small files for tests of damage: all value types and several tensors in a header of under two kilobytes.</summary>
internal static class SmallGguf
{
    /// <summary>A writer with every value type and three tensors.</summary>
    public static GgufWriter EveryValueType() => new GgufWriter()
        .Add("general.architecture", "llama")
        .Add("a.byte", (byte)1).Add("a.sbyte", (sbyte)-1).Add("a.ushort", (ushort)2).Add("a.short", (short)-2)
        .Add("a.uint", 3u).Add("a.int", -3).Add("a.float", 1.5f).Add("a.bool", true).Add("a.ulong", 4UL).Add("a.long", -4L).Add("a.double", 2.5)
        .Add("b.strings", new[] { "one", "", "drei" }).Add("b.floats", new[] { 1f, 2f }).Add("b.bools", new[] { true, false }).Add("b.ints", new[] { 1, -1 })
        .AddTensor("t.f32", TensorType.F32, [4], new byte[16])
        .AddTensor("t.q8", TensorType.Q8_0, [32, 2], new byte[68])
        .AddTensor("t.f16", TensorType.F16, [2, 3, 2], new byte[24]);

    /// <summary>A whole tiny llama that loads and runs (F32), for damage tests that run what still loads.</summary>
    public static byte[] TinyLlama(TensorType type = TensorType.Q8_0) => TinyModels.Get("llama").ToGguf(type, seed: 1).ToBytes();

    /// <summary>Writes bytes to a file that is deleted with the returned object.</summary>
    public static TemporaryFile Save(byte[] bytes) => new(bytes);

    /// <summary>Opens bytes as a file and expects a refusal that says all of these words.</summary>
    public static void AssertRefused(byte[] bytes, params string[] says)
    {
        using var file = Save(bytes);
        var error = Xunit.Assert.Throws<ModelFormatException>(() => GgufFile.Open(file.Path).Dispose());
        foreach (var word in says)
            Xunit.Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A raw header: magic, version, counts, then what is given.</summary>
    public static byte[] Raw(ulong tensors, ulong pairs, Action<BinaryWriter> rest, uint version = 3)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(version);
        writer.Write(tensors);
        writer.Write(pairs);
        rest(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Writes a GGUF string.</summary>
    public static void String(this BinaryWriter writer, string text)
    {
        writer.Write((ulong)Encoding.UTF8.GetByteCount(text));
        writer.Write(Encoding.UTF8.GetBytes(text));
    }
}

/// <summary>A file or folder in the temporary folder, gone when disposed.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-files-").FullName;

    public TemporaryFile(byte[]? bytes = null)
    {
        Path = System.IO.Path.Combine(_folder, "model.gguf");
        if (bytes is not null)
            File.WriteAllBytes(Path, bytes);
    }

    public string Path { get; }

    public string Folder => _folder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
