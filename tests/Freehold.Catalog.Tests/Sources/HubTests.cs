using System.Text;
using System.Text.Json;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Sources;

/// <summary>A hub of the tests' own: the tree API and resolve addresses, as Hugging Face answers them.</summary>
public sealed class HubTests : IDisposable
{
    private readonly Bench _bench = new();
    private readonly Dictionary<string, byte[]> _files = [];

    public void Dispose() => _bench.Dispose();

    private UnrulyServer Hub(Func<ServerRequest, ServerReply?>? first = null) => new(r =>
    {
        if (first?.Invoke(r) is { } reply)
            return reply;
        if (r.Path.StartsWith("/api/models/owner/repo/tree/main", StringComparison.Ordinal))
            return new ServerReply(200, Encoding.UTF8.GetBytes(Tree(_files)));
        var path = Uri.UnescapeDataString(r.Path["/owner/repo/resolve/main/".Length..]);
        return _files.TryGetValue(path, out var content) ? UnrulyServer.Serve(r, content) : new ServerReply(404, []);
    });

    private static string Tree(Dictionary<string, byte[]> files) => JsonSerializer.Serialize(files.Select(f => (object)(f.Key.EndsWith(".json", StringComparison.Ordinal)
        ? new { type = "file", path = f.Key, size = f.Value.Length, oid = GitId(f.Value) }
        : new { type = "file", path = f.Key, size = f.Value.Length, oid = new string('1', 40), lfs = new { oid = SampleModel.Sha256(f.Value), size = f.Value.Length, pointerSize = 134 } })));

#pragma warning disable CA5350
    private static string GitId(byte[] content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    private void UseHub(UnrulyServer server, string? token = null) => _bench.Settings = _bench.Settings with { Hub = server.Address, HubToken = token };

    [Fact]
    public async Task Without_a_file_named_a_small_model_comes_at_8_bits_and_the_reason_is_said()
    {
        foreach (var (q, i) in new[] { "Q2_K", "Q4_K_M", "Q8_0", "F16" }.Select((q, i) => (q, i)))
            _files[$"tiny-{q}.gguf"] = SampleModel.Bytes(1000 + i, i);
        _files["mmproj-tiny.gguf"] = SampleModel.Bytes(50, 50);
        await using var server = Hub();
        UseHub(server);
        var result = await _bench.PullAsync("hf:owner/repo");
        Assert.Equal("owner/repo:Q8_0", result.Manifest.Name);
        Assert.Contains("tiny-Q8_0.gguf was chosen among 4: small models lose most", result.Why, StringComparison.Ordinal);
        Assert.Equal("hf:owner/repo:tiny-Q8_0.gguf", result.Manifest.Source);
    }

    [Fact]
    public void A_large_model_is_chosen_at_Q4_K_M_and_a_split_counts_with_all_its_parts()
    {
        var variants = GgufChoice.Variants(
        [
            ("big-Q8_0-00001-of-00002.gguf", 1_500_000_000), ("big-Q8_0-00002-of-00002.gguf", 1_500_000_000),
            ("big-Q4_K_M.gguf", 1_700_000_000), ("big-Q2_K.gguf", 900_000_000), ("big-Q6_K-00001-of-00002.gguf", 5),
        ]);
        Assert.Equal(["Q2_K", "Q4_K_M", "Q8_0"], variants.Select(v => v.Quantisation));
        Assert.Equal("Q4_K_M", GgufChoice.Choose(variants).Variant.Quantisation);
    }

    [Theory]
    [InlineData("hf:owner/repo:Q4_0")]
    [InlineData("hf:owner/repo:q4_0")]
    [InlineData("hf:owner/repo:sub/tiny-Q4_0.gguf")]
    [InlineData("hf:owner/repo:tiny-Q4_0.gguf")]
    [InlineData("hf:owner/repo:tiny-Q4_0")]
    [InlineData("owner/repo:Q4_0")]
    public async Task A_file_is_named_by_path_name_or_quantisation_and_a_split_comes_whole(string name)
    {
        _files["sub/tiny-Q4_0.gguf"] = SampleModel.Bytes(3000, 3);
        _files["tiny-Q8_0-00001-of-00002.gguf"] = SampleModel.Bytes(100, 4);
        _files["tiny-Q8_0-00002-of-00002.gguf"] = SampleModel.Bytes(100, 5);
        await using var server = Hub();
        UseHub(server);
        Assert.Equal("owner/repo:Q4_0", (await _bench.PullAsync(name)).Manifest.Name);
        Assert.Equal(_files["sub/tiny-Q4_0.gguf"], _bench.Stored("owner/repo:Q4_0"));
        var split = await _bench.PullAsync("hf:owner/repo:Q8_0");
        Assert.Equal(2, split.Manifest.Files.Count);
        Assert.Equal("tiny-Q8_0-00001-of-00002.gguf", Path.GetFileName(_bench.Store.PathOf(split.Manifest)));
    }

    [Fact]
    public async Task A_repository_of_safetensors_comes_as_a_folder()
    {
        _files["config.json"] = "{}"u8.ToArray();
        _files["tokenizer.json"] = "{\"a\":1}"u8.ToArray();
        _files["model.safetensors"] = SampleModel.Bytes(9000);
        _files["onnx/model.onnx"] = SampleModel.Bytes(100);
        _files["consolidated.safetensors"] = SampleModel.Bytes(9000, 2);
        await using var server = Hub();
        UseHub(server);
        var result = await _bench.PullAsync("hf:owner/repo");
        Assert.Equal("owner/repo:safetensors", result.Manifest.Name);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], result.Manifest.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_small_file_that_is_not_what_git_says_is_refused()
    {
        _files["config.json"] = "{}"u8.ToArray();
        _files["model.safetensors"] = SampleModel.Bytes(9000);
        await using var server = Hub(r => r.Path.EndsWith("config.json", StringComparison.Ordinal) ? UnrulyServer.Serve(r, "[]"u8.ToArray()) : null);
        UseHub(server);
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("hf:owner/repo"));
        Assert.Contains("git blob id", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List().Models);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_never_to_where_it_redirects()
    {
        _files["tiny-Q4_0.gguf"] = SampleModel.Bytes(200_000);
        await using var store = new UnrulyServer(r => UnrulyServer.Serve(r, _files["tiny-Q4_0.gguf"]));
        await using var server = Hub(r => r.Path.Contains("/resolve/", StringComparison.Ordinal)
            ? new ServerReply(302, []) { Headers = { ["Location"] = new Uri(store.Address, "cdn/blob?signature=s").AbsoluteUri } } : null);
        UseHub(server, token: "hf_secret");
        var result = await _bench.PullAsync("hf:owner/repo");
        Assert.All(server.Requests, r => Assert.Equal("Bearer hf_secret", r.Header("Authorization")));
        Assert.NotEmpty(store.Requests);
        Assert.All(store.Requests, r => Assert.Null(r.Header("Authorization")));
        // Nor is it written down anywhere.
        foreach (var file in Directory.EnumerateFiles(_bench.Home, "*.json", SearchOption.AllDirectories))
            Assert.DoesNotContain("hf_secret", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.DoesNotContain("signature", result.Manifest.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_the_hub_is_not_sent_to_other_addresses()
    {
        _files["m.gguf"] = SampleModel.Bytes(100);
        await using var other = new UnrulyServer(r => UnrulyServer.Serve(r, _files["m.gguf"]));
        _bench.Settings = _bench.Settings with { HubToken = "hf_secret" };
        await _bench.PullAsync(new Uri(other.Address, "m.gguf"));
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task A_gated_repository_says_what_to_do()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(401, []));
        UseHub(server);
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("hf:owner/repo"));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("HF_TOKEN", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quantisation_that_is_not_there_is_not_found_and_what_is_there_is_said()
    {
        _files["tiny-Q4_0.gguf"] = SampleModel.Bytes(100);
        await using var server = Hub();
        UseHub(server);
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("hf:owner/repo:Q5_K_M"));
        Assert.Equal(CatalogFailure.NotFound, failure.Failure);
        Assert.Contains("Q4_0", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../outside.gguf")]
    [InlineData("/etc/x.gguf")]
    [InlineData("a\\..\\b.gguf")]
    public async Task A_hostile_listing_is_refused(string path)
    {
        _files[path] = SampleModel.Bytes(100);
        await using var server = Hub();
        UseHub(server);
        Assert.Equal(CatalogFailure.Refused, (await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("hf:owner/repo"))).Failure);
    }

    [Fact]
    public async Task A_listing_of_several_pages_is_read_to_its_end()
    {
        _files["a-Q4_0.gguf"] = SampleModel.Bytes(100, 1);
        var second = new Dictionary<string, byte[]> { ["b-Q8_0.gguf"] = SampleModel.Bytes(100, 2) };
        UnrulyServer server = null!;
        await using var hub = server = Hub(r => r.Path.StartsWith("/api/", StringComparison.Ordinal)
            ? r.Path.Contains("cursor=2", StringComparison.Ordinal)
                ? new ServerReply(200, Encoding.UTF8.GetBytes(Tree(second)))
                : new ServerReply(200, Encoding.UTF8.GetBytes(Tree(_files))) { Headers = { ["Link"] = $"<{server.Address}api/models/owner/repo/tree/main?recursive=1&cursor=2>; rel=\"next\"" } }
            : r.Path.EndsWith("b-Q8_0.gguf", StringComparison.Ordinal) ? UnrulyServer.Serve(r, second["b-Q8_0.gguf"]) : null);
        UseHub(server);
        Assert.Equal("owner/repo:Q8_0", (await _bench.PullAsync("hf:owner/repo")).Manifest.Name);
    }

    [Fact]
    public async Task A_size_that_differs_from_the_listing_is_a_lie()
    {
        _files["tiny-Q4_0.gguf"] = SampleModel.Bytes(200_000);
        await using var server = Hub(r => r.Path.Contains("/resolve/", StringComparison.Ordinal) ? UnrulyServer.Serve(r, SampleModel.Bytes(200_001)) : null);
        UseHub(server);
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync("hf:owner/repo"));
        Assert.Contains("lies about its length", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_pull_brings_nothing_and_a_model_from_elsewhere_does_not_take_the_name()
    {
        _files["tiny-Q4_0.gguf"] = SampleModel.Bytes(200_000);
        await using var server = Hub();
        UseHub(server);
        Assert.False((await _bench.PullAsync("hf:owner/repo")).WasPresent);
        var fetched = _bench.Notes.Fetched;
        Assert.True((await _bench.PullAsync("hf:owner/repo")).WasPresent);
        Assert.Equal(fetched, _bench.Notes.Fetched);

        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "owner/repo/resolve/main/tiny-Q4_0.gguf").AbsoluteUri, name: "owner/repo:Q4_0"));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("--as", failure.Message, StringComparison.Ordinal);
    }
}
