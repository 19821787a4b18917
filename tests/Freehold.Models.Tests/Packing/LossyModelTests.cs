using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;
using Freehold.Models.Packing;
using Freehold.Models.Tests.Files;
using Freehold.Models.Tests.Oracle;
using Xunit;

namespace Freehold.Models.Tests.Packing;

/// <summary>Models packed with loss: the same bits on every machine, packed once, and never anything else in their place.</summary>
public sealed unsafe class LossyModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-lossy-").FullName;

    public static TheoryData<string, TensorType, LossyKind> Models() => new()
    {
        { "llama", TensorType.Q8_0, LossyKind.W8 }, { "llama", TensorType.Q8_0, LossyKind.W4 }, { "llama", TensorType.Q4_1, LossyKind.W4 },
        { "qwen2", TensorType.Q4_0, LossyKind.W4 }, { "gemma3", TensorType.Q4_K, LossyKind.W8 }, { "gemma3", TensorType.Q4_K, LossyKind.W4 }, { "phi3", TensorType.BF16, LossyKind.W8 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_packed_with_loss_has_its_golden_logits_whatever_machine_threads_and_chunks(string name, TensorType type, LossyKind kind)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        foreach (var isa in InstructionSets.Supported)
            foreach (var threads in isa == InstructionSet.Scalar ? new[] { 2 } : [1, 2])
            {
                using var run = new ModelRun(file.Path, isa: isa, threads: threads, sequences: 4, packs: new PackFolder(_folder), lossy: kind);
                Assert.Equal(ActivationBits.Eight, run.Loaded.Activations);
                var prompt = EqualBitsTests.Prompt(run.Vocabulary, 60);
                var whole = run.Logits(prompt, 512);
                GoldenHashes.Check($"{name} {type} {kind}", ModelRun.Hash(whole));
                Assert.Equal(ModelRun.Hash(whole), ModelRun.Hash(run.Logits(prompt, 7, sequence: 1)));
                var first = ModelRun.Hash(whole[..12]);
                Assert.Equal(first, ModelRun.Hash(run.Logits(prompt[..12], 1, sequence: 2)));
                Assert.Equal(first, ModelRun.Hash(run.LogitsAmongStrangers(prompt[..12], 3)));
            }
        Assert.EndsWith(kind == LossyKind.W8 ? "-w8.pack" : "-w4.pack", Assert.Single(PackFolder.List(_folder)).Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_kind_is_packed_once_beside_the_lossless_pack()
    {
        using var file = Model();
        Assert.StartsWith("packed with loss: 22 matrices as w8, 8.", Outcome(file, LossyKind.W8), StringComparison.Ordinal);
        var made = File.ReadAllBytes(Assert.Single(PackFolder.List(_folder)).FullName);
        Assert.StartsWith("packed with loss: 21 matrices as w4, the output head as w8, 4.", Outcome(file, LossyKind.W4), StringComparison.Ordinal);
        Outcome(file, LossyKind.W8);
        var packs = PackFolder.List(_folder);
        Assert.Equal(2, packs.Count);
        Assert.Equal(made, File.ReadAllBytes(packs.Single(pack => PackFolder.LossOf(pack) == "w8").FullName));
    }

    [Fact]
    public void Kernels_are_timed_once_for_each_kind()
    {
        using var file = Model();
        var cache = Path.Combine(_folder, "choices");
        string Chosen(LossyKind kind)
        {
            var packs = new PackFolder(_folder) { Kernels = new KernelTuning { CacheFolder = cache } };
            Outcome(file, kind, packs);
            return packs.ChosenKernels;
        }
        var w8 = Chosen(LossyKind.W8);
        if (w8.Length == 0)
            Assert.Skip("this CPU's kernels leave no choice");
        Assert.StartsWith("w8 ", w8, StringComparison.Ordinal);
        var kept = Assert.Single(Directory.GetFiles(cache));
        var written = File.GetLastWriteTimeUtc(kept);
        Assert.Equal(w8, Chosen(LossyKind.W8));
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));
        Assert.StartsWith("w4 ", Chosen(LossyKind.W4), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(cache).Length);
    }

    [Fact]
    public void A_damaged_pack_is_made_anew()
    {
        using var file = Model();
        Outcome(file, LossyKind.W4);
        var pack = PackFolder.List(_folder)[0].FullName;
        var whole = File.ReadAllBytes(pack);
        File.WriteAllBytes(pack, whole[..^1]);
        Outcome(file, LossyKind.W4);
        Assert.Equal(whole, File.ReadAllBytes(pack));
    }

    [Fact]
    public void Whatever_stands_in_the_way_is_an_error_and_not_another_model()
    {
        using var file = Model();
        var full = Assert.Throws<PackingException>(() => Outcome(file, LossyKind.W8, new PackFolder(_folder) { ReserveBytes = long.MaxValue / 2 }));
        Assert.Contains("must stay so", full.Message, StringComparison.Ordinal);
        var taken = Path.Combine(_folder, "file");
        File.WriteAllText(taken, "");
        Assert.Throws<PackingException>(() => Outcome(file, LossyKind.W8, new PackFolder(taken)));
        var none = Assert.Throws<PackingException>(() => new ModelRun(file.Path, lossy: LossyKind.W8).Dispose());
        Assert.Contains("FREEHOLD_DATA", none.Message, StringComparison.Ordinal);
        Assert.Empty(PackFolder.List(_folder));
    }

    [Fact]
    public void A_model_without_a_matrix_of_whole_blocks_is_refused()
    {
        using var file = Model();
        using var source = ModelFiles.Open(file.Path);
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        var weights = new float[4 * 96];
        fixed (float* data = weights)
        {
            var matrix = new WeightMatrix(TensorType.F32, 4, 96, (byte*)data, null);
            var refused = Assert.Throws<PackingException>(() => new PackFolder(_folder).OpenLossy(source, [matrix], new LossyLayout(LossyKind.W8, null), compute));
            Assert.Contains("multiple of 64", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Activations_of_15_bits_are_refused()
    {
        using var file = Model();
        Assert.Throws<ArgumentException>(() => new ModelRun(file.Path, ActivationBits.Sixteen, lossy: LossyKind.W8, packs: new PackFolder(_folder)).Dispose());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TemporaryFile Model() => new(TinyModels.Get("llama").ToGguf(TensorType.Q4_0, seed: 1).ToBytes());

    private string Outcome(TemporaryFile file, LossyKind kind, PackFolder? packs = null)
    {
        packs ??= new PackFolder(_folder);
        using var run = new ModelRun(file.Path, packs: packs, lossy: kind);
        run.Logits([1, 2, 3], 512);
        return packs.Outcome;
    }
}
