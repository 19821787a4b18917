using System.Text;
using Freehold.Catalog.Names;
using Freehold.Catalog.Store;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Store;

public sealed class StoreTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    private Task<ImportResult> ImportAsync(string path, string? name = null, bool copy = false) => new Importer(_bench.Store).ImportAsync(
        path, name is null ? null : ModelName.Parse(name), null, copy, null, _bench.Notes, Bench.Cancellation);

    [Fact]
    public async Task An_imported_file_is_found_by_name_with_its_content()
    {
        var content = SampleModel.Bytes(5000);
        var result = await ImportAsync(_bench.Write("in/My Model-Q4_0.gguf", content));
        Assert.Equal("My-Model-Q4_0", result.Manifest.Name);
        Assert.Equal(content, _bench.Stored("my-model-q4_0"));
        Assert.True(File.Exists(Path.Combine(_bench.Home, "blobs", "sha256-" + SampleModel.Sha256(content))));
    }

    [Fact]
    public async Task The_same_content_under_two_names_is_one_blob_and_goes_with_the_second()
    {
        var file = _bench.Write("a.gguf", SampleModel.Bytes(5000));
        await ImportAsync(file, "one", copy: true);
        var second = await ImportAsync(file, "two", copy: true);
        Assert.Equal(Placement.Present, second.Placement);
        Assert.Single(Directory.EnumerateFiles(_bench.Layout.Blobs));

        Assert.Equal(0, (await _bench.Store.RemoveAsync(ModelName.Parse("one"), Bench.Cancellation)).FreedBytes);
        Assert.Equal(SampleModel.Bytes(5000), _bench.Stored("two"));
        Assert.Equal(5000, (await _bench.Store.RemoveAsync(ModelName.Parse("TWO"), Bench.Cancellation)).FreedBytes);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Blobs));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Views));
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task A_copy_does_not_change_with_the_file_it_came_from()
    {
        var file = _bench.Write("a.gguf", SampleModel.Bytes(5000));
        Assert.Contains((await ImportAsync(file, "a", copy: true)).Placement, new[] { Placement.Copied, Placement.Cloned });
        File.WriteAllBytes(file, SampleModel.Bytes(5000, seed: 9));
        Assert.Equal(SampleModel.Bytes(5000), _bench.Stored("a"));
    }

    [Fact]
    public async Task A_split_comes_whole_from_any_part_and_is_opened_by_its_first()
    {
        for (var i = 1; i <= 3; i++)
            _bench.Write($"big-0000{i}-of-00003.gguf", SampleModel.Bytes(1000 + i, i));
        var result = await ImportAsync(Path.Combine(_bench.Folder, "big-00002-of-00003.gguf"));
        Assert.Equal(3, result.Manifest.Files.Count);
        var path = _bench.Store.PathOf(result.Manifest);
        Assert.Equal("big-00001-of-00003.gguf", Path.GetFileName(path));
        Assert.Equal(SampleModel.Bytes(1003, 3), File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, "big-00003-of-00003.gguf")));
    }

    [Fact]
    public async Task A_split_with_a_missing_part_is_refused_with_its_name()
    {
        _bench.Write("big-00001-of-00002.gguf", SampleModel.Bytes(1000));
        var failure = await Assert.ThrowsAsync<CatalogException>(() => ImportAsync(Path.Combine(_bench.Folder, "big-00001-of-00002.gguf")));
        Assert.Contains("big-00002-of-00002.gguf", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_safetensors_folder_is_one_model_without_what_is_not_its()
    {
        _bench.Write("m/config.json", "{}"u8.ToArray());
        _bench.Write("m/tokenizer.json", "{}"u8.ToArray());
        _bench.Write("m/model.safetensors", SampleModel.Bytes(3000));
        _bench.Write("m/holiday.jpg", [1, 2, 3]);
        var result = await ImportAsync(Path.Combine(_bench.Folder, "m"));
        Assert.Equal(ModelFormats.Safetensors, result.Manifest.Format);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], result.Manifest.Files.Select(f => f.Path));
        Assert.True(File.Exists(Path.Combine(_bench.Store.PathOf(result.Manifest), "model.safetensors")));
    }

    [Fact]
    public async Task What_is_no_model_is_refused_and_what_is_not_there_is_not_found()
    {
        var text = _bench.Write("notes.gguf", Encoding.UTF8.GetBytes("hello there"));
        Assert.Equal(CatalogFailure.Refused, (await Assert.ThrowsAsync<CatalogException>(() => ImportAsync(text))).Failure);
        Assert.Equal(CatalogFailure.NotFound, (await Assert.ThrowsAsync<CatalogException>(() => ImportAsync(text + "x"))).Failure);
    }

    [Fact]
    public async Task A_copy_that_does_not_fit_is_refused_with_both_numbers_and_leaves_nothing()
    {
        // Sharing needs no room, so only a store on a disk that cannot share comes to this; a clone would be fine.
        _bench.FreeSpace.Bytes = 1000;
        var file = _bench.Write("a.gguf", SampleModel.Bytes(5000));
        try
        {
            Assert.Equal(Placement.Cloned, (await ImportAsync(file, "a", copy: true)).Placement);
        }
        catch (CatalogException e)
        {
            Assert.Equal(CatalogFailure.Refused, e.Failure);
            Assert.Contains("5.00 kB", e.Message, StringComparison.Ordinal);
            Assert.Contains("1.00 kB", e.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Blobs));
        }
    }

    [Fact]
    public async Task A_damaged_manifest_is_told_and_hides_no_other()
    {
        await ImportAsync(_bench.Write("a.gguf", SampleModel.Bytes(5000)), "good");
        Directory.CreateDirectory(Path.Combine(_bench.Layout.Manifests, "_", "bad"));
        File.WriteAllText(Path.Combine(_bench.Layout.Manifests, "_", "bad", "latest.json"), "{\"version\":1,");
        var listing = _bench.Store.List();
        Assert.Equal("good", Assert.Single(listing.Models).Name);
        Assert.Contains("no manifest", Assert.Single(listing.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":1,"name":"a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[{"path":"../../evil","sha256":"HASH","size":1}]}""")]
    [InlineData("""{"version":1,"name":"../a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[{"path":"a","sha256":"HASH","size":1}]}""")]
    [InlineData("""{"version":1,"name":"a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[{"path":"a","sha256":"../..","size":1}]}""")]
    [InlineData("""{"version":1,"name":"a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[{"path":"a","sha256":"HASH","size":-1}]}""")]
    [InlineData("""{"version":1,"name":"a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[]}""")]
    [InlineData("""{"version":1,"name":"a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[null]}""")]
    [InlineData("""{"version":99,"name":"a","format":"gguf","source":"x","added":"2026-01-01T00:00:00Z","files":[{"path":"a","sha256":"HASH","size":1}]}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public void A_hostile_manifest_is_refused(string json) =>
        Assert.Throws<CatalogException>(() => ManifestFileStore.Parse(Encoding.UTF8.GetBytes(json.Replace("HASH", new string('0', 64), StringComparison.Ordinal)), "test"));

    [Fact]
    public async Task A_blob_that_went_missing_is_told_when_the_model_is_wanted()
    {
        var result = await ImportAsync(_bench.Write("a.gguf", SampleModel.Bytes(5000)), "a");
        File.Delete(_bench.Layout.Blob(result.Manifest.Files[0].Digest));
        var failure = Assert.Throws<CatalogException>(() => _bench.Store.PathOf(result.Manifest));
        Assert.Contains("pull or import it again", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_explained_with_the_numbers_and_what_to_do()
    {
        _bench.FreeSpace.Bytes = 12_000_000;
        var full = new IOException("No space left on device", 28);
        var told = DiskFault.Explain(full, "writing the part of m.gguf", _bench.Folder, _bench.FreeSpace, 500_000_000);
        Assert.Contains("disk is full (500 MB more needed, 12.0 MB free)", told.Message, StringComparison.Ordinal);
        Assert.Contains("freehold rm", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_may_not_be_written_says_whose_rights_to_change()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "rights are Unix's here, and root may write everywhere");
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(_bench.Home);
        File.SetUnixFileMode(_bench.Home, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            var failure = await Assert.ThrowsAsync<CatalogException>(() => ImportAsync(_bench.Write("a.gguf", SampleModel.Bytes(50)), "a"));
            Assert.Contains("FREEHOLD_DATA", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(_bench.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Many_imports_and_removals_at_once_leave_what_the_last_ones_say()
    {
        var files = Enumerable.Range(0, 4).Select(i => _bench.Write($"f{i}.gguf", SampleModel.Bytes(2000 + i, i))).ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, 24), Bench.Cancellation, async (i, stop) =>
        {
            await ImportAsync(files[i % 4], $"n{i}", copy: true);
            if (i % 2 == 1)
                await _bench.Store.RemoveAsync(ModelName.Parse($"n{i}"), stop);
        });
        var models = _bench.Store.List().Models;
        Assert.Equal(12, models.Count);
        Assert.All(models, m => Assert.Equal(m.Size, new FileInfo(_bench.Store.PathOf(m)).Length));
        Assert.Equal(models.Select(m => m.Files[0].Sha256).Distinct().Count(), Directory.EnumerateFiles(_bench.Layout.Blobs).Count());
    }
}
