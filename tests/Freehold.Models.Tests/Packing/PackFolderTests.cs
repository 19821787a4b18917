using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.ModelMaker.Recipes;
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
