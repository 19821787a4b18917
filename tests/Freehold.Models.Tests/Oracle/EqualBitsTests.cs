using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Tests.Files;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>Equal logit bits: whatever the instruction set, the threads, the chunks, the page layout and the company.</summary>
public sealed class EqualBitsTests
{
    public static TheoryData<string, TensorType> Models()
    {
        var data = new TheoryData<string, TensorType>();
        foreach (var type in Enum.GetValues<TensorType>())
            data.Add("llama", type);
        foreach (var name in TinyModels.Names.Where(name => !name.Contains("bert", StringComparison.Ordinal) && name != "llama"))
            data.Add(name, TensorType.Q4_K);
        return data;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_are_the_golden_ones_on_every_instruction_set(string name, TensorType type)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        // Enough rows for the packed panels; more where a window must be passed.
        var length = name == "llama" ? 40 : 100;
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            foreach (var isa in InstructionSets.Supported)
                foreach (var threads in isa == InstructionSet.Scalar ? new[] { 2 } : [1, 2])
                {
                    using var run = new ModelRun(file.Path, bits, isa, threads);
                    GoldenHashes.Check($"{name} {type} {(int)bits}", ModelRun.Hash(run.Logits(Prompt(run.Vocabulary, length), 512)));
                }
    }

    [Fact]
    public void Stories260K_gives_its_golden_logits()
    {
        foreach (var file in new[] { "stories260K-f32.gguf", "stories260K-q8_0.gguf" })
            foreach (var isa in InstructionSets.Supported)
            {
                using var run = new ModelRun(SharedData.Require($"models/{file}"), ActivationBits.Sixteen, isa);
                GoldenHashes.Check(file, ModelRun.Hash(run.Logits(Prompt(run.Vocabulary, 200), 512)));
            }
    }

    [Theory]
    [InlineData("llama", TensorType.Q8_0)]
    [InlineData("gemma3", TensorType.Q4_0)]
    [InlineData("qwen3", TensorType.Q6_K)]
    [InlineData("granite", TensorType.F16)]
    public void Chunks_pages_and_strangers_change_no_bit(string name, TensorType type)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        using var run = new ModelRun(file.Path, sequences: 33, context: 192, scatter: true);
        var prompt = Prompt(run.Vocabulary, 150);
        var whole = ModelRun.Hash(run.Logits(prompt, 512));
        foreach (var chunk in new[] { 1, 7, 64 })
            Assert.Equal(whole, ModelRun.Hash(run.Logits(prompt, chunk, sequence: 1)));
        Assert.Equal(whole, ModelRun.Hash(run.LogitsAmongStrangers(prompt, 7)));
        Assert.Equal(whole, ModelRun.Hash(run.LogitsAmongStrangers(prompt, 31)));
    }

    internal static int[] Prompt(int vocabulary, int length) => [.. Enumerable.Range(0, length).Select(i => (i * 37 + 11) % vocabulary)];
}
