using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Resolution;

public sealed class ResolverTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    private ModelResolver Resolver(params string[] folders) => new(_bench.Store, [.. folders.Select(f => Path.Combine(_bench.Folder, f))], null, null);

    private async Task StoreAsync(string name, int seed) => await new Importer(_bench.Store).ImportAsync(
        _bench.Write($"in/{seed}.gguf", SampleModel.Bytes(1000, seed)), ModelName.Parse(name), null, true, null, _bench.Notes, Bench.Cancellation);

    [Fact]
    public async Task A_path_goes_before_a_name_and_a_stored_name_before_a_folder()
    {
        await StoreAsync("tiny", 1);
        _bench.Write("models/tiny.gguf", SampleModel.Bytes(2000));
        var path = _bench.Write("tiny.gguf", SampleModel.Bytes(3000));
        Assert.Equal((ModelPlace.Path, 3000), (Resolver("models").Resolve(path).Place, Resolver("models").Resolve(path).Bytes));
        Assert.Equal(ModelPlace.Catalogue, Resolver("models").Resolve("tiny").Place);
        Assert.Equal(ModelPlace.Folder, Resolver("models").Resolve("tiny.gguf").Place);
    }

    [Theory]
    [InlineData("qwen/Tiny-GGUF:Q4_0")]
    [InlineData("QWEN/tiny-gguf:q4_0")]
    [InlineData("qwen/tiny-gguf")]
    [InlineData("tiny-gguf")]
    [InlineData("tiny-gguf:Q4_0")]
    public async Task Part_of_a_name_finds_the_only_model_that_has_it(string text)
    {
        await StoreAsync("qwen/Tiny-GGUF:Q4_0", 1);
        await StoreAsync("other/thing", 2);
        var found = Resolver().Resolve(text);
        Assert.Equal("qwen/Tiny-GGUF:Q4_0", found.Name);
        Assert.Equal(SampleModel.Bytes(1000, 1), File.ReadAllBytes(found.Path));
    }

    [Fact]
    public async Task A_name_of_two_models_is_refused_and_both_are_said()
    {
        await StoreAsync("a/tiny:Q4_0", 1);
        await StoreAsync("a/tiny:Q8_0", 2);
        var failure = Assert.Throws<CatalogException>(() => Resolver().Resolve("tiny"));
        Assert.Equal(CatalogFailure.Usage, failure.Failure);
        Assert.Contains("a/tiny:Q4_0, a/tiny:Q8_0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slip_of_the_pen_is_not_found_and_the_nearest_names_are_said()
    {
        await StoreAsync("HuggingFaceTB/SmolLM2-135M-Instruct:Q4_1", 1);
        var failure = Assert.Throws<CatalogException>(() => Resolver().Resolve("SmolLM2-135M-Instrct"));
        Assert.Equal(CatalogFailure.NotFound, failure.Failure);
        Assert.Contains("did you mean HuggingFaceTB/SmolLM2-135M-Instruct:Q4_1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_are_searched_two_deep_and_a_split_is_one_model()
    {
        _bench.Write("models/a-Q8_0.gguf", SampleModel.Bytes(100));
        _bench.Write("models/x/y/b.gguf", SampleModel.Bytes(100));
        _bench.Write("models/x/y/z/too-deep.gguf", SampleModel.Bytes(100));
        _bench.Write("models/s/big-00001-of-00002.gguf", SampleModel.Bytes(100));
        _bench.Write("models/s/big-00002-of-00002.gguf", SampleModel.Bytes(150));
        _bench.Write("models/s/half-00001-of-00002.gguf", SampleModel.Bytes(100));
        _bench.Write("models/st/config.json", "{}"u8.ToArray());
        _bench.Write("models/st/model.safetensors", [1]);
        _bench.Write("models/fake.gguf", "no model at all"u8.ToArray());
        var found = Resolver("models").ListAvailable();
        Assert.Equal(["a-Q8_0", "s/big", "st", "x/y/b"], found.Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Equal(250, found.Single(m => m.Name == "s/big").Bytes);
        Assert.Equal("big-00001-of-00002.gguf", Path.GetFileName(Resolver("models").Resolve("big").Path));
        Assert.Equal("a-Q8_0", Resolver("models").Resolve("a:q8_0").Name);
        Assert.Equal(ModelFormats.Safetensors, Resolver("models").Resolve("st").Format);
    }

    [Fact]
    public void A_missing_path_is_not_found_and_a_file_that_is_no_model_is_refused()
    {
        Assert.Equal(CatalogFailure.NotFound, Assert.Throws<CatalogException>(() => Resolver().Resolve("./nowhere.gguf")).Failure);
        var text = _bench.Write("text.gguf", "no model"u8.ToArray());
        Assert.Equal(CatalogFailure.Refused, Assert.Throws<CatalogException>(() => Resolver().Resolve(text)).Failure);
    }

    [Fact]
    public void The_embedded_models_lie_beside_the_program_or_in_the_checkout_it_runs_from()
    {
        _bench.Write("checkout/Freehold.slnx", []);
        _bench.Write("checkout/models/default.gguf", SampleModel.Bytes(100));
        _bench.Write("published/models/default.gguf", SampleModel.Bytes(100));
        Directory.CreateDirectory(Path.Combine(_bench.Folder, "checkout/src/bin"));
        Assert.Equal(Path.Combine(_bench.Folder, "checkout", "models"), EmbeddedModels.Folder(Path.Combine(_bench.Folder, "checkout", "src", "bin")));
        Assert.Equal(Path.Combine(_bench.Folder, "published", "models"), EmbeddedModels.Folder(Path.Combine(_bench.Folder, "published")));
        Assert.Null(EmbeddedModels.Folder(_bench.Home + "x"));
    }

    [Fact]
    public void The_default_model_of_this_checkout_is_found()
    {
        var folder = EmbeddedModels.Folder(AppContext.BaseDirectory);
        var resolver = new ModelResolver(_bench.Store, [], folder, null);
        Assert.Equal(ModelPlace.Embedded, resolver.Resolve("SmolLM2-135M-Instruct").Place);
    }
}
