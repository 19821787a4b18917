using System.Buffers.Binary;
using System.Text;
using Freehold.Catalog.Bundles;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Bundles;

public sealed class BundleTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    /// <summary>A file that looks like a published single-file program to whoever reads its header; it does not run.</summary>
    private string Program(string name = "freehold", bool windows = false, bool selfContained = true, bool singleFile = true)
    {
        var bytes = SampleModel.Bytes(200_001, seed: 42);
        (windows ? "MZ"u8 : "\u007fELF"u8).CopyTo(bytes);
        byte[] signature = [0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32, 0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae];
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(5000), singleFile ? 150_000 : 0);
        signature.CopyTo(bytes, 5008);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(150_000), 6);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(150_008), 3);
        Encoding.ASCII.GetBytes(selfContained ? "System.Private.CoreLib.dll" : "freehold.dll").CopyTo(bytes, 150_100);
        var path = _bench.Write(name, bytes);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    private ResolvedModel Model(string name, int length, int seed) =>
        new(name, _bench.Write($"in/{seed}.gguf", SampleModel.Bytes(length, seed)), "gguf", ModelPlace.Path, length);

    private Task<BundleResult> WriteAsync(string program, string output, params ResolvedModel[] models) =>
        new BundleWriter(_bench.FreeSpace).WriteAsync(program, Path.Combine(_bench.Folder, output), models, _bench.Notes, Bench.Cancellation);

    private static byte[] Slice(ResolvedModel model) => File.ReadAllBytes(model.Path)[(int)model.Offset..(int)(model.Offset + model.Length!.Value)];

    [Fact]
    public async Task Models_lie_in_the_bundle_on_64_KiB_borders_and_are_found_by_name()
    {
        var program = Program();
        var result = await WriteAsync(program, "box", Model("a", 70_000, 1), Model("owner/b:Q4_0", 5, 2));
        var bundle = BundleReader.Open(result.Path)!;
        Assert.Equal(["a", "owner/b:Q4_0"], bundle.Models.Select(m => m.Name));
        Assert.All(bundle.Models, m => Assert.Equal(0, m.Offset % 65536));
        Assert.Equal(SampleModel.Bytes(70_000, 1), Slice(bundle.Models[0]));
        Assert.Equal(SampleModel.Bytes(5, 2), Slice(bundle.Models[1]));
        Assert.Equal(File.ReadAllBytes(program), File.ReadAllBytes(result.Path)[..200_001]);
        Assert.Equal(ModelPlace.Bundle, new ModelResolver(_bench.Store, [], null, bundle).Resolve("b").Place);
        foreach (var model in bundle.Models)
            await ModelVerifier.VerifyAsync(model, _bench.Store, _bench.Notes, Bench.Cancellation);
        if (!OperatingSystem.IsWindows())
            Assert.True(File.GetUnixFileMode(result.Path).HasFlag(UnixFileMode.UserExecute | UnixFileMode.OtherExecute));
    }

    [Fact]
    public async Task Bundling_a_bundle_replaces_its_models()
    {
        var first = await WriteAsync(Program(), "one", Model("a", 70_000, 1));
        var second = await WriteAsync(first.Path, "two", Model("b", 1000, 2));
        Assert.Equal("b", Assert.Single(second.Models).Name);
        Assert.True(second.Bytes < first.Bytes);
        // And its own models can be carried on.
        var third = await WriteAsync(second.Path, "three", second.Models[0], Model("c", 10, 3));
        Assert.Equal(SampleModel.Bytes(1000, 2), Slice(third.Models[0]));
    }

    [Fact]
    public void A_program_without_models_is_no_bundle_and_neither_is_a_tiny_file()
    {
        Assert.Null(BundleReader.Open(Program()));
        Assert.Null(BundleReader.Open(_bench.Write("tiny", [1, 2, 3])));
        Assert.Null(BundleReader.Open(null));
    }

    [Fact]
    public async Task A_bundle_with_any_damage_in_index_or_trailer_is_told_as_damaged()
    {
        var result = await WriteAsync(Program(), "box", Model("a", 70_000, 1));
        var whole = File.ReadAllBytes(result.Path);
        var index = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(whole.Length - 80 + 32));
        var refused = 0;
        for (var at = index; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x10;
            var path = _bench.Write("damaged", damaged);
            try
            {
                // The reserved bytes say nothing; the program's length decides only where models may begin.
                Assert.NotNull(BundleReader.Open(path));
                Assert.True(at - (whole.Length - 80) is (>= 20 and <= 31) or >= 64);
            }
            catch (CatalogException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, whole.Length - index - 12 - 16, whole.Length - index);
    }

    [Fact]
    public async Task A_damaged_model_in_a_bundle_is_found_by_verifying()
    {
        var result = await WriteAsync(Program(), "box", Model("a", 70_000, 1));
        using (var file = File.OpenWrite(result.Path))
        {
            file.Seek(result.Models[0].Offset + 1234, SeekOrigin.Begin);
            file.WriteByte(0);
        }
        var model = BundleReader.Open(result.Path)!.Models[0];
        var failure = await Assert.ThrowsAsync<CatalogException>(() => ModelVerifier.VerifyAsync(model, _bench.Store, _bench.Notes, Bench.Cancellation));
        Assert.Contains("damaged", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_was_cut_off_anywhere_behind_its_program_is_told_with_both_lengths()
    {
        var result = await WriteAsync(Program(), "box", Model("a", 70_000, 1), Model("b", 10, 2));
        var whole = File.ReadAllBytes(result.Path);
        var head = (int)BundleFormat.Align(200_001);
        foreach (var length in (int[])[head + 64, head + 65_536, (int)result.Models[1].Offset, whole.Length - 80, whole.Length - 1])
        {
            var failure = Assert.Throws<CatalogException>(() => BundleReader.Open(_bench.Write("cut", whole[..length])));
            Assert.Contains($"{length} of its {whole.Length} bytes", failure.Message, StringComparison.Ordinal);
            Assert.Contains("copy it again", failure.Message, StringComparison.Ordinal);
        }
        // Something written behind it hides the trailer as well.
        Assert.Throws<CatalogException>(() => BundleReader.Open(_bench.Write("longer", [.. whole, 0])));
    }

    [Theory]
    [InlineData(false, true, "single file")]
    [InlineData(true, false, "self-contained")]
    public async Task A_program_that_is_not_published_as_it_must_be_is_refused_with_how_to(bool singleFile, bool selfContained, string reason)
    {
        var failure = await Assert.ThrowsAsync<CatalogException>(() => WriteAsync(Program(singleFile: singleFile, selfContained: selfContained), "box", Model("a", 10, 1)));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("scripts/publish.sh", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_bench.Folder, "box")));
    }

    [Fact]
    public async Task Windows_over_4_GiB_is_refused_before_anything_is_written()
    {
        var path = _bench.Write("in/huge.gguf", []);
        using (var file = File.OpenWrite(path))
            file.SetLength(4L << 30);
        var huge = new ResolvedModel("huge", path, "gguf", ModelPlace.Path, 4L << 30);
        var failure = await Assert.ThrowsAsync<CatalogException>(() => WriteAsync(Program("freehold.exe", windows: true), "box.exe", huge));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("4 GiB", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_bench.Folder, "box.exe")));
    }

    [Fact]
    public async Task A_disk_without_room_is_refused_and_leaves_the_old_bundle()
    {
        var old = await WriteAsync(Program(), "box", Model("a", 70_000, 1));
        var before = File.ReadAllBytes(old.Path);
        _bench.FreeSpace.Bytes = 100_000;
        Assert.Equal(CatalogFailure.Refused, (await Assert.ThrowsAsync<CatalogException>(() => WriteAsync(Program(), "box", Model("b", 90_000, 2)))).Failure);
        Assert.Equal(before, File.ReadAllBytes(old.Path));
        Assert.Empty(Directory.EnumerateFiles(_bench.Folder, "*.tmp"));
    }

    [Fact]
    public async Task A_model_whose_hash_is_not_the_stored_one_is_refused_and_leaves_nothing()
    {
        var failure = await Assert.ThrowsAsync<CatalogException>(() => WriteAsync(Program(), "box", Model("a", 500, 1) with { Sha256 = new string('0', 64) }));
        Assert.Contains("damaged", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_bench.Folder, "box*"));
    }
}
