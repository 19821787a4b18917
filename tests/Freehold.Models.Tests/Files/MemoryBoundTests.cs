using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers;
using Xunit;

namespace Freehold.Models.Tests.Files;

/// <summary>
/// Whatever metadata says, opening it and making its tokenizer allocates at most 16 times its bytes and 64 MB in all. Everything allocated on the way
/// is counted, what was garbage in between too, so the memory in use at any time is less.
/// </summary>
public sealed class MemoryBoundTests
{
    private const int Count = 400_000;

    public static TheoryData<string> Kinds => ["empty strings", "short strings", "pairs", "tensors", "bytes", "byte-level", "user-defined", "sentencepiece", "unigram", "wordpiece", "merges", "long merges"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hostile_metadata_allocates_at_most_16_times_its_bytes_and_64_megabytes(string kind)
    {
        var header = Writer(kind).Header().Length;
        using var file = new TemporaryFile(Writer(kind).ToBytes());
        // Once to have everything compiled that allocates by itself.
        var small = OpenAll(file.Path);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var whole = OpenAll(file.Path);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(small, whole);
        // A small constant, so that it cannot hide the factor; nothing here needs the 64 MB.
        Assert.True(allocated <= 16L * header + (1 << 20), $"{kind}: {allocated} bytes for {header} bytes of metadata, {(double)allocated / header:0.0} times");
    }

    /// <summary>Opens the file, and makes its tokenizer if it has one; says how that ended.</summary>
    private static string OpenAll(string path)
    {
        try
        {
            using var file = GgufFile.Open(path);
            if (file.Metadata.Values.ContainsKey("tokenizer.ggml.model"))
                TokenizerFactory.Create(file.Metadata);
            return "opened";
        }
        catch (ModelFormatException refusal)
        {
            return refusal.Message;
        }
    }

    private static GgufWriter Writer(string kind)
    {
        var writer = new GgufWriter().Add("general.architecture", "llama");
        switch (kind)
        {
            case "empty strings": return writer.Add("a", Enumerable.Repeat("", Count).ToArray());
            case "short strings": return writer.Add("a", Enumerable.Repeat("x", Count).ToArray());
            case "bytes": return writer.Add("a", new byte[4 << 20]).Add("b", new bool[4 << 20]).Add("c", new double[1 << 19]);
            case "pairs":
                for (var i = 0; i < 65_000; i++)
                    writer.Add(Name(i), (byte)1);
                return writer;
            case "tensors":
                writer.Alignment = 8;
                for (var i = 0; i < 120_000; i++)
                    writer.AddTensor(Name(i), TensorType.F32, [1], new byte[4]);
                return writer;
            case "byte-level": return Vocabulary(writer, "gpt2", 1).Add("tokenizer.ggml.pre", "gpt-2").Add("tokenizer.ggml.merges", Array.Empty<string>());
            case "user-defined": return Vocabulary(writer, "gpt2", 4).Add("tokenizer.ggml.pre", "gpt-2").Add("tokenizer.ggml.merges", Array.Empty<string>());
            case "merges":
                return Vocabulary(writer, "gpt2", 1).Add("tokenizer.ggml.pre", "gpt-2").Add("tokenizer.ggml.merges", Enumerable.Range(0, Count).Select(i => $"{Name(i)} {Name(i + 1)}").ToArray());
            case "long merges":
                return writer.Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", "gpt-2").Add("tokenizer.ggml.tokens", new[] { "a", "b", "ab" })
                    .Add("tokenizer.ggml.merges", Enumerable.Repeat("a b", Count).ToArray());
            case "sentencepiece": return Vocabulary(writer, "llama", 1).Add("tokenizer.ggml.scores", new float[Count]);
            case "unigram": return Vocabulary(writer, "t5", 1).Add("tokenizer.ggml.scores", new float[Count]);
            case "wordpiece": return Vocabulary(writer, "bert", 1);
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private static GgufWriter Vocabulary(GgufWriter writer, string model, int type) => writer
        .Add("tokenizer.ggml.model", model)
        .Add("tokenizer.ggml.tokens", Enumerable.Range(0, Count).Select(Name).ToArray())
        .Add("tokenizer.ggml.token_type", Enumerable.Repeat(type, Count).ToArray())
        .Add("tokenizer.ggml.bos_token_id", 0u).Add("tokenizer.ggml.eos_token_id", 0u).Add("tokenizer.ggml.unknown_token_id", 0u)
        .Add("tokenizer.ggml.seperator_token_id", 0u).Add("tokenizer.ggml.cls_token_id", 0u);

    // The shortest names that differ: a few letters each.
    private static string Name(int i)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        var name = "";
        for (i++; i > 0; i /= Letters.Length)
            name += Letters[i % Letters.Length];
        return name;
    }
}
