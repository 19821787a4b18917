using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Hosting;
using Freehold.Hosting.Configuration;

namespace Freehold.Tests.Commands;

/// <summary>A draft model as its owner names it.</summary>
public sealed class DraftCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("freehold-draft-").FullName;

    private static string Large => SharedData.Require("models/stories260K-f32.gguf");

    private static string Small => SharedData.Require("models/stories260K-q8_0.gguf");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Task<Run> RunAsync(params string[] arguments) => Executable.RunAsync(arguments, "", new Dictionary<string, string?> { ["FREEHOLD_DATA"] = _home, ["FREEHOLD_OFFLINE"] = "1" });

    private static Drafts Read(string[] values, params string[] named) =>
        Drafts.Read(new FoundSetting(values, "--draft", null), [.. named.Select(Model)], Model);

    private static ResolvedModel Model(string name) => new(name, $"/{name}.gguf", "gguf", ModelPlace.Path, 1);

    [Fact]
    public async Task An_answer_is_the_same_with_a_draft_and_bench_tells_how_often_it_was_right()
    {
        string[] ask = ["run", Large, "--prompt", "Once upon a time", "--max-tokens", "60", "--json"];
        var plain = await RunAsync(ask);
        var drafted = await RunAsync([.. ask, "--draft", Small]);
        Assert.True(drafted.ExitCode == 0, drafted.Error);
        Assert.Equal((string)plain.Json["text"]!, (string)drafted.Json["text"]!);
        Assert.Contains("draft stories260K-q8_0", drafted.Error, StringComparison.Ordinal);
        var bench = await RunAsync("bench", Large, "--draft", Small, "--prompt", "16", "--generate", "40", "--streams", "1", "--seconds", "1", "--json");
        Assert.True(bench.ExitCode == 0, bench.Error);
        Assert.InRange((long)bench.Json["accepted_drafted_tokens"]!, 0, (long)bench.Json["drafted_tokens"]!);
    }

    [Fact]
    public async Task Bench_tells_what_guessing_wins_and_a_right_prediction_is_always_right()
    {
        var bench = await RunAsync("bench", Small, "--speculation", "--draft", Small, "--prompt", "16", "--generate", "60", "--seconds", "1", "--json");
        Assert.True(bench.ExitCode == 0, bench.Error);
        Assert.Equal(16, bench.Json["step_milliseconds"]!.AsArray().Count);
        Assert.True((double)bench.Json["draft_step_milliseconds"]! > 0);
        var predicted = bench.Json["predicted"]!;
        Assert.Equal(60, (int)predicted["tokens"]!);
        Assert.Equal((long)predicted["drafted_tokens"]!, (long)predicted["accepted_drafted_tokens"]!);
    }

    [Fact]
    public async Task A_draft_of_another_vocabulary_is_refused_with_the_id_that_differs()
    {
        var run = await RunAsync("run", Large, "--draft", SharedData.Require("models/SmolLM2-135M-Instruct-Q4_1.gguf"), "--prompt", "Once");
        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("vocabularies differ: id 0 is '<unk>' for the one and '<|endoftext|>' for the other", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("run", Large, "--draft", "nowhere", "--prompt", "Once")).ExitCode);
        Assert.Equal(ExitCode.Refused, (await RunAsync("serve", Large, "--draft", SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf"), "--port", "0")).ExitCode);
    }

    [Fact]
    public void A_draft_is_for_the_one_model_that_was_named_or_for_the_one_it_says()
    {
        Assert.Equal("d", Read(["d"], "a").For("A")?.Name);
        Assert.Null(Read(["d"], "a").For("b"));
        var two = Read(["a=d", "b = e"], "a", "b");
        Assert.Equal(("d", "e", null), (two.For("a")?.Name, two.For("b")?.Name, two.For("c")?.Name));
        Assert.Null(Drafts.None.For("a"));
    }

    [Theory]
    [InlineData("a=d", "d")]
    [InlineData("d")]
    [InlineData("a=")]
    [InlineData("=d")]
    [InlineData("a=d", "A=e")]
    public void What_leaves_open_which_model_guesses_for_which_is_refused(params string[] values) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => Read(values, "a", "b")).ExitCode);
}
