using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Packing;
using Freehold.Models.Tests.Files;
using Freehold.Models.Tests.Oracle;
using Xunit;

namespace Freehold.Models.Tests.Packing;

public sealed class PackFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-packs-").FullName;

    public static TheoryData<string, TensorType> Models() => EqualBitsTests.Models();

    [Theory]
    [MemberData(nameof(Models))]
    public void A_packed_model_gives_the_golden_logits(string name, TensorType type)
    {
        using var file = new TemporaryFile(TinyModels.Get(name).ToGguf(type, seed: 1).ToBytes());
        var length = name == "llama" ? 40 : 100;
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            foreach (var isa in InstructionSets.Supported.Where(isa => isa != InstructionSet.Scalar))
            {
                using var run = new ModelRun(file.Path, bits, isa, packs: Folder());
                var prompt = EqualBitsTests.Prompt(run.Vocabulary, length);
                var golden = $"{name} {type} {(int)bits}";
                GoldenHashes.Check(golden, ModelRun.Hash(run.Logits(prompt, 512)));
                GoldenHashes.Check(golden, ModelRun.Hash(run.Logits(prompt, 1)));
            }
    }

    [Fact]
    public void A_model_is_packed_once_and_mapped_from_then_on()
    {
        using var file = Model();
        Assert.StartsWith("packed for this CPU", Outcome(file, Folder()), StringComparison.Ordinal);
        var pack = Assert.Single(PackFolder.List(_folder));
        var made = File.GetLastWriteTimeUtc(pack.FullName);
        Assert.Contains("mapped from", Outcome(file, Folder()), StringComparison.Ordinal);
        Assert.Single(PackFolder.List(_folder));
        Assert.True(File.GetLastWriteTimeUtc(pack.FullName) >= made);
    }

    [Fact]
    public void A_changed_file_is_packed_anew()
    {
        using var file = Model();
        Outcome(file, Folder());
        File.SetLastWriteTimeUtc(file.Path, DateTime.UtcNow.AddDays(1));
        Assert.StartsWith("packed for this CPU", Outcome(file, Folder()), StringComparison.Ordinal);
        Assert.Equal(2, PackFolder.List(_folder).Count);
    }

    [Fact]
    public void A_pack_that_is_cut_off_or_somebody_elses_is_made_anew()
    {
        using var file = Model();
        Outcome(file, Folder());
        var pack = PackFolder.List(_folder)[0].FullName;
        var whole = File.ReadAllBytes(pack);
        foreach (var damage in new[] { whole[..^1], [], [.. whole[..40], (byte)(whole[40] ^ 1), .. whole[41..]] })
        {
            File.WriteAllBytes(pack, damage);
            Assert.StartsWith("packed for this CPU", Outcome(file, Folder()), StringComparison.Ordinal);
            Assert.Equal(whole, File.ReadAllBytes(pack));
        }
    }

    [Fact]
    public void Kernels_are_timed_once_for_what_a_model_mostly_holds()
    {
        using var file = Model();
        var cache = Path.Combine(_folder, "choices");
        PackFolder Timed() => new(_folder) { SmallestBytes = 0, Kernels = new KernelTuning { CacheFolder = cache } };
        var first = Timed();
        Outcome(file, first);
        if (!first.ChosenKernels.Contains("unpacked at a time", StringComparison.Ordinal))
            Assert.Skip("this CPU's kernels leave no choice");
        var kept = Assert.Single(Directory.GetFiles(cache));
        var written = File.GetLastWriteTimeUtc(kept);
        var again = Timed();
        Outcome(file, again);
        Assert.Equal(first.ChosenKernels, again.ChosenKernels);
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));
        Assert.Empty(Folder().ChosenKernels);
    }

    [Fact]
    public void Without_room_a_model_runs_from_its_own_file_and_says_why()
    {
        using var file = Model();
        var outcome = Outcome(file, new PackFolder(_folder) { SmallestBytes = 0, ReserveBytes = long.MaxValue / 2 });
        Assert.Contains("must stay so", outcome, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_does_not_stop_a_model()
    {
        using var file = Model();
        var taken = Path.Combine(_folder, "file");
        File.WriteAllText(taken, "");
        Assert.StartsWith("not packed: ", Outcome(file, new PackFolder(taken) { SmallestBytes = 0 }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_unused_packs_go_when_the_limit_is_reached()
    {
        using TemporaryFile first = Model(seed: 1), second = Model(seed: 2), third = Model(seed: 3);
        Outcome(first, Folder());
        var size = PackFolder.List(_folder)[0].Length;
        Outcome(second, Folder());
        var oldest = PackFolder.List(_folder)[0].FullName;
        File.SetLastWriteTimeUtc(oldest, DateTime.UtcNow.AddDays(-1));
        Assert.StartsWith("packed for this CPU", Outcome(third, new PackFolder(_folder) { SmallestBytes = 0, LimitBytes = 2 * size }), StringComparison.Ordinal);
        Assert.Equal(2, PackFolder.List(_folder).Count);
        Assert.False(File.Exists(oldest));
    }

    [Fact]
    public void A_pack_in_huge_pages_gives_the_golden_logits_and_says_where_it_lies()
    {
        Assert.SkipUnless(InstructionSets.Supported.Contains(InstructionSet.Avx2), "only AVX2 and above read packed weights");
        using var file = new TemporaryFile(TinyModels.Get("llama").ToGguf(TensorType.Q4_0, seed: 1).ToBytes());
        foreach (var round in new[] { "made", "found" })
        {
            var packs = InHugePages(HugePageMode.On);
            using var run = new ModelRun(file.Path, ActivationBits.Eight, InstructionSet.Avx2, packs: packs);
            GoldenHashes.Check("llama Q4_0 8", ModelRun.Hash(run.Logits(EqualBitsTests.Prompt(run.Vocabulary, 40), 512)));
            if (HugePageBlock.Obstacle() is { } obstacle)
                Assert.EndsWith(obstacle, packs.Outcome, StringComparison.Ordinal);
            else
                Assert.Matches("read from .* in huge pages: asked for", packs.Outcome);
        }
    }

    [Theory]
    [InlineData(HugePageMode.Off, long.MaxValue, "huge pages are turned off")]
    [InlineData(HugePageMode.On, 1000, "do not fit")]
    [InlineData(HugePageMode.Auto, long.MaxValue, "few enough for ordinary pages")]
    public void A_pack_that_stays_mapped_says_why(HugePageMode mode, long available, string why)
    {
        using var file = Model();
        var outcome = Outcome(file, InHugePages(mode, available));
        Assert.Contains("mapped from", outcome, StringComparison.Ordinal);
        Assert.Contains(mode != HugePageMode.Off && HugePageBlock.Obstacle() is { } obstacle ? obstacle : why, outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_packed_while_another_computes_on_the_same_threads()
    {
        Assert.SkipUnless(InstructionSets.Supported.Contains(InstructionSet.Avx2), "only AVX2 and above read packed weights");
        using var workers = new WorkerPool(2);
        using var compute = new Compute(new ComputeOptions { Isa = InstructionSet.Avx2, Workers = workers });
        var (stop, steps) = (false, 0);
        var other = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
                using (workers.Turns.Take())
                {
                    workers.Run(new Nothing());
                    steps++;
                }
        }, TestContext.Current.CancellationToken);
        for (var seed = 1; seed < 20; seed++)
        {
            using var file = Model(seed);
            var packs = InHugePages(HugePageMode.On);
            ModelLoader.Load(GgufFile.Open(file.Path), compute, new LoadOptions { Packs = packs }).Dispose();
            Assert.StartsWith("packed for this CPU", packs.Outcome, StringComparison.Ordinal);
        }
        Volatile.Write(ref stop, true);
        await other;
        Assert.True(steps > 0);
    }

    private sealed class Nothing : ParallelWork
    {
        public override void Run(WorkerPool pool, int worker, int workers) => Thread.SpinWait(100);
    }

    private PackFolder InHugePages(HugePageMode mode, long available = 1L << 40) => new(_folder) { SmallestBytes = 0, HugePages = new HugePages(mode) { Available = () => available } };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private PackFolder Folder() => new(_folder) { SmallestBytes = 0 };

    private static TemporaryFile Model(int seed = 1) => new(TinyModels.Get("llama").ToGguf(TensorType.Q4_0, (ulong)seed).ToBytes());

    private static string Outcome(TemporaryFile file, PackFolder packs)
    {
        Assert.SkipUnless(InstructionSets.Supported.Contains(InstructionSet.Avx2), "only AVX2 and above read packed weights");
        using var run = new ModelRun(file.Path, isa: InstructionSet.Avx2, packs: packs);
        run.Logits([1, 2, 3], 512);
        return packs.Outcome;
    }
}
