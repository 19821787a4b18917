using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Tests.Files;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>Random-weight models of each architecture against llama.cpp (npm node-llama-cpp, installed by .ci/run in tests/peer).</summary>
public sealed class LlamaCppTests
{
    public static TheoryData<string> Decoders()
    {
        var data = new TheoryData<string>();
        foreach (var name in TinyModels.Names.Where(name => !name.Contains("bert", StringComparison.Ordinal)))
            data.Add(name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Float_weights_give_llama_cpps_distribution(string name)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(TensorType.F32, seed: 1).ToBytes());
        using var run = new ModelRun(file.Path, context: 128);
        var prompt = Prompt(run.Vocabulary);
        var ours = run.Logits(prompt, 512);
        var theirs = Peer(file.Path, prompt);
        double sum = 0;
        for (var i = 0; i < prompt.Length; i++)
            sum += ModelRun.Divergence(theirs[i], ours[i]);
        Assert.InRange(sum / prompt.Length, -0.00001, 0.00001);
    }

    [Theory]
    [InlineData("llama", TensorType.Q4_K)]
    [InlineData("llama", TensorType.Q8_0)]
    [InlineData("llama", TensorType.Q2_K)]
    [InlineData("llama", TensorType.Q3_K)]
    [InlineData("llama", TensorType.Q5_K)]
    [InlineData("llama", TensorType.Q6_K)]
    [InlineData("llama", TensorType.Q4_0)]
    [InlineData("llama", TensorType.Q4_1)]
    [InlineData("llama", TensorType.Q5_0)]
    [InlineData("llama", TensorType.Q5_1)]
    [InlineData("llama", TensorType.IQ4_NL)]
    [InlineData("llama", TensorType.IQ4_XS)]
    [InlineData("llama", TensorType.MXFP4)]
    [InlineData("qwen2", TensorType.Q4_K)]
    [InlineData("qwen3", TensorType.Q4_K)]
    [InlineData("gemma3", TensorType.Q4_K)]
    [InlineData("phi3", TensorType.Q4_K)]
    [InlineData("granite", TensorType.Q4_K)]
    [InlineData("smollm3", TensorType.Q4_K)]
    public void Block_types_agree_on_the_likeliest_token_where_llama_cpp_is_sure(string name, TensorType type)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        using var run = new ModelRun(file.Path, ActivationBits.Sixteen);
        var prompt = Prompt(run.Vocabulary);
        var ours = run.Logits(prompt, 512);
        var theirs = Peer(file.Path, prompt);
        var sure = 0;
        for (var i = 0; i < prompt.Length; i++)
        {
            if (theirs[i].Count > 1 && theirs[i][0].LogProbability - theirs[i][1].LogProbability <= 0.5)
                continue;
            sure++;
            Assert.Equal(theirs[i][0].Id, ModelRun.Largest(ours[i]));
        }
        Assert.True(sure > 0, "llama.cpp is sure of no position: the model tests nothing");
    }

    private static int[] Prompt(int vocabulary) => [.. Enumerable.Range(0, 120).Select(i => (i * 37 + 11) % vocabulary)];

    private static List<List<(int Id, double LogProbability)>> Peer(string model, int[] ids) =>
        [.. LlamaCpp.Run("logits.mjs", model, string.Join(',', ids), "10").GetProperty("top").EnumerateArray().Select(row =>
            row.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetDouble())).ToList())];
}
