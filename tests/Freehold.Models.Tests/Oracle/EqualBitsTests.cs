using Freehold.Kernels;
using Freehold.Kernels.Attention;
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
    [InlineData("bert", TensorType.F32)]
    [InlineData("bert", TensorType.Q8_0)]
    [InlineData("bert-rank", TensorType.F32)]
    [InlineData("bert-rank", TensorType.Q8_0)]
    [InlineData("nomic-bert", TensorType.F32)]
    [InlineData("nomic-bert", TensorType.Q8_0)]
    public void Vectors_are_the_golden_ones_on_every_instruction_set(string name, TensorType type)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            foreach (var isa in InstructionSets.Supported)
                foreach (var threads in isa == InstructionSet.Scalar ? new[] { 2 } : [1, 2])
                {
                    using var run = new EncoderRun(file.Path, bits, isa, threads);
                    GoldenHashes.Check($"{name} {type} {(int)bits}", ModelRun.Hash([.. new[] { 5, 64, 130 }.Select(length => run.Vector(EncoderRun.Text(length)))]));
                }
    }

    public static TheoryData<string, TensorType, KvType> Families() => new()
    {
        { "llama", TensorType.Q8_0, KvType.F32 }, { "llama-rope", TensorType.IQ4_XS, KvType.F32 }, { "qwen2", TensorType.Q4_K, KvType.F32 }, { "qwen3", TensorType.Q6_K, KvType.F32 },
        { "gemma3", TensorType.Q4_0, KvType.F32 }, { "phi3", TensorType.Q5_1, KvType.F32 }, { "phi3-longrope", TensorType.BF16, KvType.F32 }, { "granite", TensorType.F16, KvType.F32 },
        { "smollm3", TensorType.Q4_1, KvType.F32 }, { "llama", TensorType.Q8_0, KvType.Q8 }, { "qwen3", TensorType.Q6_K, KvType.Q8 }, { "gemma3", TensorType.Q4_0, KvType.Q8 },
    };

    [Theory]
    [InlineData("llama")]
    [InlineData("gemma3")]
    [InlineData("phi3")]
    public void Logits_from_keys_and_values_in_int8_are_the_golden_ones_on_every_instruction_set(string name)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(TensorType.Q8_0, seed: 1).ToBytes());
        foreach (var isa in InstructionSets.Supported)
            foreach (var threads in isa == InstructionSet.Scalar ? new[] { 2 } : [1, 2])
            {
                using var run = new ModelRun(file.Path, ActivationBits.Sixteen, isa, threads, keysValues: KvType.Q8);
                GoldenHashes.Check($"{name} Q8_0 16 kv-q8", ModelRun.Hash(run.Logits(Prompt(run.Vocabulary, 100), 512)));
            }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Chunks_pages_and_strangers_change_no_bit(string name, TensorType type, KvType keysValues)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        ulong? known = null;
        foreach (var isa in InstructionSets.Supported)
            foreach (var threads in isa == InstructionSet.Scalar ? new[] { 2 } : [1, 2])
            {
                using var run = new ModelRun(file.Path, isa: isa, threads: threads, sequences: 32, context: 192, scatter: true, keysValues: keysValues);
                var prompt = Prompt(run.Vocabulary, 100);
                var whole = run.Logits(prompt, 512);
                Assert.Equal(known ??= ModelRun.Hash(whole), ModelRun.Hash(whole));
                foreach (var chunk in new[] { 7, 64 })
                    Assert.Equal(known, ModelRun.Hash(run.Logits(prompt, chunk, sequence: 1)));
                // One row a step, alone and among strangers; the scalar kernels would take minutes for all of it.
                var steps = prompt[..(isa == InstructionSet.Scalar ? 12 : 70)];
                var first = ModelRun.Hash(whole[..steps.Length]);
                Assert.Equal(first, ModelRun.Hash(run.Logits(steps, 1, sequence: 1)));
                foreach (var batch in threads == 1 ? new[] { 8 } : [8, 32])
                    Assert.Equal(first, ModelRun.Hash(run.LogitsAmongStrangers(steps, batch - 1)));
            }
    }

    internal static int[] Prompt(int vocabulary, int length) => [.. Enumerable.Range(0, length).Select(i => (i * 37 + 11) % vocabulary)];
}
