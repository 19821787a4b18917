using Freehold.Catalog.Names;

namespace Freehold.Tests.Lifecycle;

/// <summary>What may be asked for, under which names, and how long it stays.</summary>
public class OnDemandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> AnsweredByAsync(LiveBox box, string model)
    {
        var (status, body) = await box.SendAsync("POST", "v1/completions", new { model, prompt = "Once", max_tokens = 1 });
        return status == 200 ? (string)body!["model"]! : (string)body!["error"]!["code"]!;
    }

    [Fact]
    public async Task Any_model_of_the_catalogue_is_loaded_when_it_is_asked_for_and_listing_loads_none()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("b", LiveBox.Quantised), ("e", "models/all-MiniLM-L6-v2-q8_0.gguf")], named: ["a"]);
        Assert.Equal(["a:loaded", "b:available", "e:available"], (await box.GetAsync("v1/models"))["data"]!.AsArray().Select(model => $"{model!["id"]}:{model["state"]}"));
        Assert.Equal(["a", "b", "e"], (await box.GetAsync("api/tags"))["models"]!.AsArray().Select(model => ((string)model!["name"]!).Split(':')[0]));
        var (_, shown) = await box.SendAsync("POST", "api/show", new { model = "e" });
        Assert.Equal("embedding", (string)shown!["capabilities"]![0]!);
        Assert.Equal(["a:latest"], await box.LoadedAsync());

        var (status, vectors) = await box.SendAsync("POST", "v1/embeddings", new { model = "e", input = "hello" });
        Assert.Equal((200, 384), (status, vectors!["data"]![0]!["embedding"]!.AsArray().Count));
        Assert.Equal(["a:latest", "e:latest"], (await box.LoadedAsync()).Order());
        // A model cannot do what its header says it cannot: that is known without loading it.
        (status, var refusal) = await box.SendAsync("POST", "v1/embeddings", new { model = "b", input = "hello" });
        Assert.Equal((400, "unsupported_value"), (status, (string)refusal!["error"]!["code"]!));
        Assert.Equal("model_not_found", await AnsweredByAsync(box, "c"));
        Assert.Equal(2, (await box.LoadedAsync()).Length);
        // What the owner named stays; what a request loaded tells when it goes.
        var (_, unload) = await box.SendAsync("POST", "api/generate", new { model = "a", keep_alive = 0 });
        Assert.Equal("model_pinned", (string)unload!["code"]!);
        var pool = (await box.GetAsync("api/ps"))["models"]!.AsArray().ToDictionary(model => (string)model!["name"]!, model => ((DateTime)model!["expires_at"]!).Year);
        Assert.Equal(9999, pool["a:latest"]);
        Assert.NotEqual(9999, pool["e:latest"]);
    }

    [Fact]
    public async Task A_draft_comes_and_goes_with_its_model_and_counts_in_its_memory()
    {
        (string, string)[] models = [("a", LiveBox.Float), ("b", LiveBox.Quantised)];
        long alone;
        string text;
        await using (var plain = await LiveBox.StartAsync(models))
        {
            (text, var code, _) = await plain.StreamAsync("a", seed: 1);
            Assert.Null(code);
            alone = (long)(await plain.GetAsync("api/ps"))["models"]![0]!["size"]!;
        }
        await using var box = await LiveBox.StartAsync(models, draft: "a=b");
        Assert.Equal((text, null, null), await box.StreamAsync("a", seed: 1));
        Assert.Equal(["a:latest"], await box.LoadedAsync());
        var withDraft = (long)(await box.GetAsync("api/ps"))["models"]![0]!["size"]!;
        Assert.True(withDraft > alone + new FileInfo(SharedData.Require(LiveBox.Quantised)).Length, $"{withDraft} and {alone} bytes");
        // The draft may be asked itself, too: then it is loaded a second time.
        Assert.Null((await box.StreamAsync("b", seed: 1)).Code);
        await box.SendAsync("POST", "api/generate", new { model = "a", keep_alive = 0 });
        Assert.Equal(["b:latest"], await box.LoadedAsync());
    }

    [Fact]
    public async Task With_only_nothing_but_what_was_named_is_served()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("b", LiveBox.Quantised)], adjust: life => life with { Only = true }, named: ["a"]);
        Assert.Equal(["a"], (await box.GetAsync("v1/models"))["data"]!.AsArray().Select(model => (string)model!["id"]!));
        Assert.Equal("model_not_found", await AnsweredByAsync(box, "b"));
        foreach (var (method, path) in new[] { ("POST", "api/pull"), ("DELETE", "api/delete") })
            Assert.Equal((501, "not_offered"), await box.SendAsync(method, path, new { model = "b" }) is var (status, body) ? (status, (string)body!["code"]!) : default);
    }

    [Fact]
    public async Task Aliases_stand_for_models_a_whole_name_before_a_pattern_and_answers_name_the_model()
    {
        ModelAlias[] aliases = [new("claude-*", "a"), new("claude-haiku", "b"), new("*-small", "b"), new("default", "b"), new("b", "a"), new("gpt-?", "a")];
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("b", LiveBox.Quantised)], adjust: life => life with { Aliases = aliases }, named: ["a"]);
        Assert.Equal("a", await AnsweredByAsync(box, "claude-sonnet-4"));
        Assert.Equal("a", await AnsweredByAsync(box, "Claude-Opus"));
        Assert.Equal("b", await AnsweredByAsync(box, "claude-haiku"));
        Assert.Equal("a", await AnsweredByAsync(box, "claude-small")); // the first that fits
        Assert.Equal("b", await AnsweredByAsync(box, "any-small"));
        Assert.Equal("b", await AnsweredByAsync(box, "b")); // a model's own name is its own
        Assert.Equal("b", await AnsweredByAsync(box, "B"));
        Assert.Equal("model_not_found", await AnsweredByAsync(box, "gpt-4")); // only * means anything
        var (_, tokens) = await box.SendAsync("POST", "tokenize", new { content = "x" }); // no model named: the default
        Assert.NotEmpty(tokens!["tokens"]!.AsArray());
        var listed = (await box.GetAsync("v1/models"))["data"]!.AsArray().ToDictionary(model => (string)model!["id"]!, model => (string?)model!["alias_of"]);
        Assert.Equal("b", listed["default"]);
        Assert.DoesNotContain("claude-*", listed.Keys);
    }

    [Fact]
    public async Task Through_Ollamas_API_a_model_gets_one_more_name_and_loses_it_and_files_of_the_owner_stay()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float)]);
        Assert.Equal(200, (await box.SendAsync("POST", "api/copy", new { source = "a", destination = "fast" })).Status);
        Assert.Equal("a", await AnsweredByAsync(box, "fast"));
        Assert.Contains("fast:latest", (await box.GetAsync("api/tags"))["models"]!.AsArray().Select(model => (string)model!["name"]!));
        Assert.Equal(409, (await box.SendAsync("POST", "api/copy", new { source = "a", destination = "a" })).Status);
        Assert.Equal(404, (await box.SendAsync("POST", "api/copy", new { source = "z", destination = "y" })).Status);
        Assert.Equal(400, (await box.SendAsync("POST", "api/copy", new { source = "a", destination = "../y" })).Status);
        Assert.Equal(200, (await box.SendAsync("DELETE", "api/delete", new { model = "fast" })).Status);
        Assert.Equal("model_not_found", await AnsweredByAsync(box, "fast"));
        var (status, refusal) = await box.SendAsync("DELETE", "api/delete", new { model = "a" });
        Assert.Equal((403, "not_in_store"), (status, (string)refusal!["code"]!));
        Assert.True(File.Exists(Path.Combine(box.Folder, "a.gguf")));
    }

    [Theory]
    [InlineData("hf.co/owner/repo:Q8_0", 403, "FREEHOLD_OFFLINE")]
    [InlineData("owner/repo", 403, "FREEHOLD_OFFLINE")]
    [InlineData("/etc/passwd", 400, "no name that the API pulls")]
    [InlineData("file:/etc/passwd", 400, "no name that the API pulls")]
    [InlineData("https://169.254.169.254/model.gguf", 400, "no name that the API pulls")]
    [InlineData("../a.gguf", 400, "no name that the API pulls")]
    [InlineData("a", 200, "")]
    public async Task A_pull_obeys_the_owners_word_and_takes_neither_paths_nor_addresses(string name, int expected, string message)
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float)]);
        var (status, body) = await box.SendAsync("POST", "api/pull", new { model = name });
        Assert.Equal(expected, status);
        Assert.Contains(message, (string?)body!["error"] ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_appears_in_the_folder_may_be_asked_for_and_one_that_is_gone_may_not()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float)]);
        Assert.Equal("model_not_found", await AnsweredByAsync(box, "late"));
        box.Replace("late", LiveBox.Quantised);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await AnsweredByAsync(box, "late") != "late")
            await Task.Delay(100, patience.Token);
        File.Delete(Path.Combine(box.Folder, "a.gguf"));
        while (await AnsweredByAsync(box, "a") != "model_not_found")
            await Task.Delay(100, patience.Token);
    }

    [Fact]
    public async Task Before_a_load_it_is_told_what_it_takes_and_whether_it_fits()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("large", "models/SmolLM2-135M-Instruct-Q4_1.gguf")], 64L << 20);
        var small = await box.Pool.Models.ForecastAsync("a", Cancel);
        var large = await box.Pool.Models.ForecastAsync("large", Cancel);
        Assert.True(small.Fits);
        Assert.False(large.Fits);
        Assert.Contains(large.Lines, line => line.Contains("it does not fit now", StringComparison.Ordinal));
        Assert.Empty(await box.LoadedAsync());
        await box.Pool.Models.LoadAsync("a", null, Cancel);
        var state = box.Pool.Models.Look().Models.Single(model => model.Card.Id == "a");
        Assert.InRange(state.Memory!.Total, 1, small.NeededBytes + (32L << 20));
        Assert.NotEmpty(state.Choices);
        // The estimate by the header covers what the model really takes.
        Assert.True(state.Memory.Weights + state.Memory.Workspace <= small.NeededBytes, $"{state.Memory} of {small.NeededBytes}");
        await box.Pool.Models.PinAsync("a", pinned: true, Cancel);
        Assert.True(box.Pool.Models.Look().Models.Single(model => model.Card.Id == "a").Pinned);
        await box.Pool.Models.PinAsync("a", pinned: false, Cancel);
        await box.Pool.Models.UnloadAsync("a", Cancel);
        Assert.Equal(0, box.Pool.Models.Look().UsedBytes);
    }
}
