using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Tests.Files;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>One model as GGUF and as a Hugging Face folder computes the same.</summary>
public sealed class FileFormatsTests
{
    public static TheoryData<string> Decoders => new(TinyModels.Names.Where(name => !IsEncoder(name) && TinyModels.Get(name).Config is not null));

    public static TheoryData<string> Encoders => new(TinyModels.Names.Where(IsEncoder));

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Safetensors_and_gguf_give_equal_logit_bits(string name)
    {
        using var file = Write(name, out var folder);
        using var gguf = new ModelRun(file.Path, context: 128);
        using var hf = new ModelRun(folder, context: 128);
        int[] prompt = [.. Enumerable.Range(0, 100).Select(i => (i * 37 + 11) % gguf.Vocabulary)];
        Assert.Equal(gguf.Vocabulary, hf.Vocabulary);
        Assert.Equal(ModelRun.Hash(gguf.Logits(prompt, 512)), ModelRun.Hash(hf.Logits(prompt, 512)));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Safetensors_and_gguf_give_equal_vector_bits(string name)
    {
        using var file = Write(name, out var folder);
        using var gguf = new EncoderRun(file.Path);
        using var hf = new EncoderRun(folder);
        Assert.Equal(ModelRun.Hash([gguf.Vector(EncoderRun.Text(130))]), ModelRun.Hash([hf.Vector(EncoderRun.Text(130))]));
    }

    private static bool IsEncoder(string name) => name.Contains("bert", StringComparison.Ordinal);

    private static TemporaryFile Write(string name, out string folder)
    {
        var recipe = TinyModels.Get(name);
        var file = new TemporaryFile(recipe.ToGguf(TensorType.F32, seed: 1).ToBytes());
        folder = Path.Combine(file.Folder, "hf");
        HfFolderWriter.Write(recipe, TensorType.F32, seed: 1, folder, shards: 2);
        return file;
    }
}
