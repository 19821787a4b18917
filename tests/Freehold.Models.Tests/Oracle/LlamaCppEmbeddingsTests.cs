using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Tests.Files;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>Random-weight encoders against llama.cpp, pooled in each way that both know, with texts of one attention tile (64 keys) and of several.</summary>
public sealed class LlamaCppEmbeddingsTests
{
    private static readonly int[] _lengths = [3, 17, 64, 65, 130, 300];

    [Theory]
    [InlineData("bert", 1u, TensorType.F32, 0.99999)]
    [InlineData("bert", 2u, TensorType.F32, 0.99999)]
    [InlineData("bert", 3u, TensorType.F32, 0.99999)]
    [InlineData("nomic-bert", 1u, TensorType.F32, 0.99999)]
    [InlineData("nomic-bert", 2u, TensorType.F32, 0.99999)]
    [InlineData("nomic-bert", 3u, TensorType.F32, 0.99999)]
    // llama.cpp has int8 activations, which is all of this distance.
    [InlineData("bert", 1u, TensorType.Q8_0, 0.999)]
    [InlineData("nomic-bert", 1u, TensorType.Q8_0, 0.999)]
    public void Vectors_point_where_llama_cpps_point(string name, uint pooling, TensorType type, double least)
    {
        var recipe = TinyModels.Get(name);
        recipe = recipe with { Keys = [.. recipe.Keys.Select(pair => pair.Key == $"{name}.pooling_type" ? new(pair.Key, pooling) : pair)] };
        using var file = new TemporaryFile(recipe.ToGguf(type, seed: 1).ToBytes());
        using var run = new EncoderRun(file.Path);
        var texts = _lengths.Select(EncoderRun.Text).ToArray();
        var theirs = LlamaCpp.Run("embed.mjs", [file.Path, .. texts.Select(ids => string.Join(',', ids))]).GetProperty("vectors");
        for (var i = 0; i < texts.Length; i++)
        {
            var cosine = Cosine(run.Vector(texts[i]), [.. theirs[i].EnumerateArray().Select(value => value.GetDouble())]);
            Assert.True(cosine >= least, $"{texts[i].Length} ids: the cosine is {cosine:R}");
        }
    }

    private static double Cosine(float[] a, double[] b)
    {
        Assert.Equal(b.Length, a.Length);
        return a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x)) / Math.Sqrt(b.Sum(y => y * y));
    }
}
