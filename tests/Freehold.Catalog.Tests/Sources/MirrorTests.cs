using Freehold.Catalog.Names;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Store;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Sources;

public sealed class MirrorTests : IDisposable
{
    private readonly Bench _site = new();
    private readonly Bench _bench = new();
    private readonly byte[] _content = SampleModel.Bytes(300_000);

    public void Dispose()
    {
        _site.Dispose();
        _bench.Dispose();
    }

    private async Task FillAsync() => await new Importer(_site.Store).ImportAsync(
        _site.Write("m.gguf", _content), ModelName.Parse("Team/Model:Q4_0"), "hf:team/model", true, null, _site.Notes, Bench.Cancellation);

    [Theory]
    [InlineData("team/model:Q4_0")]
    [InlineData("team/model")]
    [InlineData("model")]
    public async Task A_store_served_as_plain_files_is_a_mirror(string name)
    {
        await FillAsync();
        await using var server = new UnrulyServer(r =>
        {
            var path = Path.Combine(_site.Home, r.Path.TrimStart('/'));
            return File.Exists(path) ? UnrulyServer.Serve(r, File.ReadAllBytes(path)) : new ServerReply(404, []);
        });
        _bench.Settings = _bench.Settings with { Mirror = server.Address.AbsoluteUri };
        var result = await _bench.PullAsync(name);
        Assert.Equal("Team/Model:Q4_0", result.Manifest.Name);
        Assert.Equal("hf:team/model", result.Manifest.Source);
        Assert.Equal(_content, _bench.Stored("team/model:q4_0"));
    }

    [Fact]
    public async Task A_mirror_that_is_a_folder_works_where_the_network_is_forbidden()
    {
        await FillAsync();
        _bench.Settings = _bench.Settings with { Mirror = _site.Home, OfflineReason = "test" };
        await _bench.PullAsync("model");
        Assert.Equal(_content, _bench.Stored("team/model:q4_0"));
        Assert.True((await _bench.PullAsync("model")).WasPresent);
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("modle"));
        Assert.Equal(CatalogFailure.NotFound, failure.Failure);
        Assert.Contains("Team/Model:Q4_0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_blob_of_a_mirror_is_refused()
    {
        await FillAsync();
        var blob = Assert.Single(Directory.EnumerateFiles(_site.Layout.Blobs));
        File.WriteAllBytes(blob, SampleModel.Bytes(300_000, seed: 7));
        _bench.Settings = _bench.Settings with { Mirror = _site.Home };
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("model"));
        Assert.Contains("damaged", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List().Models);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Blobs));
    }

    [Fact]
    public async Task A_file_or_folder_of_this_machine_is_pulled_without_the_network()
    {
        _bench.Settings = _bench.Settings with { OfflineReason = "test" };
        var file = _bench.Write("in/x-Q8_0.gguf", _content);
        Assert.Equal("x-Q8_0", (await _bench.PullAsync(file)).Manifest.Name);
        Assert.True((await _bench.PullAsync("file:" + file, name: "y")).WasPresent);
        Assert.Equal(CatalogFailure.Failed, (await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(file, sha256: new string('0', 64), name: "z"))).Failure);
    }

    [Theory]
    [InlineData("hf:onlyrepo")]
    [InlineData("hf:a/b/c")]
    [InlineData("hf:a/b:../x")]
    [InlineData("hf:a/b@../..:x")]
    [InlineData("https://user:pass@example.org/m.gguf")]
    [InlineData("short")]
    [InlineData("https://")]
    public void A_source_that_cannot_be_is_wrong_usage(string text) =>
        Assert.Equal(CatalogFailure.Usage, Assert.Throws<CatalogException>(() => ModelSource.Parse(text, hasMirror: false)).Failure);
}
