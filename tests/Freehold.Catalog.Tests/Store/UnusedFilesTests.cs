using Freehold.Catalog.Names;
using Freehold.Catalog.Store;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Store;

public sealed class UnusedFilesTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    private Task<UnusedRemoval> RemoveAsync() => new UnusedFiles(_bench.Store).RemoveAsync(Bench.Cancellation);

    private Task ImportAsync(string name, int seed) => new Importer(_bench.Store).ImportAsync(
        _bench.Write($"in/{name}.gguf", SampleModel.Bytes(5000, seed)), ModelName.Parse(name), null, copy: true, null, _bench.Notes, Bench.Cancellation);

    /// <summary>What a pull leaves that was stopped after a piece and a half.</summary>
    private async Task InterruptAsync(string name)
    {
        var content = SampleModel.Bytes(200_000, name.Length);
        _bench.Limits = _bench.Limits with { Connections = 1, Attempts = 1 };
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, content, "\"a\"") with { CutAfter = r.Number == 2 ? 20_000 : null });
        await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, name + ".gguf")));
    }

    [Fact]
    public async Task What_an_interrupted_pull_left_goes_with_its_bytes_told()
    {
        await ImportAsync("kept", 1);
        await InterruptAsync("m");
        var removed = await RemoveAsync();
        Assert.Equal((1, 0, 0), (removed.Downloads, removed.Files, removed.Busy));
        Assert.Equal(65_536 + 20_000, removed.DownloadBytes);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Parts));
        Assert.Equal(SampleModel.Bytes(5000, 1), _bench.Stored("kept"));
    }

    [Fact]
    public async Task A_part_that_somebody_is_fetching_stays_and_so_do_blobs_that_may_be_his()
    {
        await InterruptAsync("m");
        var blob = _bench.Write("home/blobs/sha256-" + new string('a', 64), SampleModel.Bytes(300));
        var part = Assert.Single(Directory.GetDirectories(_bench.Layout.Parts));
        using (FileLock.TryAcquire(_bench.Layout.PartLock(Path.GetFileName(part))))
        {
            Assert.Equal(new UnusedRemoval(0, 0, 0, 0, 1), await RemoveAsync());
            Assert.True(Directory.Exists(part) && File.Exists(blob));
        }
        var removed = await RemoveAsync();
        Assert.Equal((1, 1, 300L), (removed.Downloads, removed.Files, removed.FileBytes));
        Assert.False(Directory.Exists(part) || File.Exists(blob));
    }

    [Fact]
    public async Task Unfinished_copies_and_views_without_a_name_go_and_a_copy_that_was_just_written_to_stays()
    {
        await ImportAsync("kept", 1);
        var abandoned = _bench.Write("home/blobs/sha256-x.0.tmp", SampleModel.Bytes(700));
        File.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow - TimeSpan.FromHours(2));
        var written = _bench.Write("home/blobs/sha256-y.0.tmp", SampleModel.Bytes(900));
        var view = Path.GetDirectoryName(_bench.Write("home/views/0123/m.gguf", []))!;
        var manifest = _bench.Write("home/manifests/_/m/latest.json.0.tmp", SampleModel.Bytes(11));
        var removed = await RemoveAsync();
        Assert.Equal((3, 711L), (removed.Files, removed.FileBytes));
        Assert.False(File.Exists(abandoned) || Directory.Exists(view) || File.Exists(manifest));
        Assert.True(File.Exists(written));
        Assert.Equal(SampleModel.Bytes(5000, 1), _bench.Stored("kept"));
    }

    [Fact]
    public async Task While_a_manifest_cannot_be_read_no_blob_goes()
    {
        await ImportAsync("broken", 1);
        var manifest = Directory.EnumerateFiles(_bench.Layout.Manifests, "*.json", SearchOption.AllDirectories).Single();
        File.WriteAllText(manifest, "{");
        Assert.Equal(0, (await RemoveAsync()).Files);
        Assert.Single(Directory.EnumerateFiles(_bench.Layout.Blobs));
    }

    [Fact]
    public async Task A_store_that_is_not_there_has_nothing_unused_and_is_not_made()
    {
        Assert.Equal(0, (await RemoveAsync()).FreedBytes);
        Assert.False(Directory.Exists(_bench.Home));
    }

    [Fact]
    public async Task An_import_whose_staged_file_was_collected_meanwhile_takes_it_again()
    {
        for (var i = 1; i <= 2; i++)
            _bench.Write($"in/big-0000{i}-of-00002.gguf", SampleModel.Bytes(1000 + i, i));
        var collecting = new CollectOnce(() => Directory.EnumerateFiles(_bench.Layout.Blobs, "*.tmp").ToList().ForEach(File.Delete));
        var result = await new Importer(_bench.Store).ImportAsync(Path.Combine(_bench.Folder, "in", "big-00001-of-00002.gguf"), null, null, copy: false, null, collecting, Bench.Cancellation);
        Assert.True(collecting.Done);
        Assert.All(result.Manifest.Files, f => Assert.True(_bench.Store.Holds(f.Digest, f.Size)));
    }

    private sealed class CollectOnce(Action collect) : TransferReport
    {
        public bool Done { get; private set; }

        public override void Begin(string file, long? total, long present, TransferPhase phase)
        {
            if (Done || !file.StartsWith("big-00002", StringComparison.Ordinal))
                return;
            collect();
            Done = true;
        }
    }
}
