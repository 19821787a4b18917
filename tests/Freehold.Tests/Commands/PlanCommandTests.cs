using System.Text;

namespace Freehold.Tests.Commands;

/// <summary>The plan, through the real executable.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("freehold-plan-").FullName;

    private static string Stories => SharedData.Require("models/stories260K-q8_0.gguf");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Task<Run> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string?>(), arguments);

    private Task<Run> RunAsync(Dictionary<string, string?> environment, params string[] arguments)
    {
        environment["FREEHOLD_DATA"] = _home;
        environment["FREEHOLD_OFFLINE"] = "1";
        return Executable.RunAsync(arguments, "", environment);
    }

    [Fact]
    public async Task A_plan_says_what_was_chosen_and_why_and_what_comes_of_it()
    {
        var run = await RunAsync("plan", Stories, "--json", "--machine-price", "73", "--power-watts", "1000", "--power-price", "0.1");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["model", "machine", "choices", "speed", "users", "cost", "proposals"], run.Json.AsObject().Select(pair => pair.Key));
        Assert.All(run.Json["choices"]!.AsArray(), choice => Assert.NotEmpty((string)choice!["why"]!));
        Assert.True((double)run.Json["machine"]!["bytes_per_second"]! > 1e8);
        Assert.Equal("expected", (string)run.Json["speed"]!["kind"]!);
        Assert.Equal([5.0, 10.0], run.Json["users"]!.AsArray().Select(at => (double)at!["tokens_per_second"]!));
        Assert.Equal(73 + 73, (double)run.Json["cost"]!["month"]!, 1e-9);
        Assert.Equal("--machine-price", (string)run.Json["cost"]!["machine_price"]!["source"]!);
        // 15-bit activations are this model's default; what would change its bits is proposed, not done.
        Assert.Equal("--activations 8", (string)run.Json["proposals"]![0]!["option"]!);
        Assert.Contains(run.Json["choices"]!.AsArray(), choice => (string)choice!["what"]! == "activations" && (string)choice["value"]! == "16");
    }

    [Fact]
    public async Task Keys_and_values_in_int8_are_proposed_with_figures_and_named_where_they_are_asked_for()
    {
        var proposal = (await RunAsync("plan", Stories, "--json")).Json["proposals"]!.AsArray().Single(given => (string)given!["option"]! == "--kv q8")!;
        Assert.Contains("times as many positions", (string)proposal["effect"]!, StringComparison.Ordinal);
        Assert.Contains("users at 5 tokens/s", (string)proposal["effect"]!, StringComparison.Ordinal);
        var run = await RunAsync(new Dictionary<string, string?> { ["FREEHOLD_KV"] = "q8" }, "plan", Stories, "--json");
        Assert.DoesNotContain(run.Json["proposals"]!.AsArray(), given => (string)given!["option"]! == "--kv q8");
        var choice = run.Json["choices"]!.AsArray().Single(given => (string)given!["what"]! == "keys and values")!;
        Assert.EndsWith("q8", (string)choice["value"]!, StringComparison.Ordinal);
        Assert.Contains("answers name it", (string)choice["why"]!, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("plan", Stories, "--kv", "q5")).ExitCode);
    }

    [Fact]
    public async Task A_bench_turns_expected_figures_into_measured_ones()
    {
        var bench = await RunAsync("bench", Stories, "--prompt", "32", "--generate", "8", "--streams", "4", "--seconds", "1", "--json");
        Assert.Equal(0, bench.ExitCode);
        var plan = await RunAsync("plan", Stories, "--json");
        Assert.Equal("measured", (string)plan.Json["speed"]!["kind"]!);
        Assert.Equal((double)bench.Json["decode_tokens_per_second"]!, (double)plan.Json["speed"]!["decode_tokens_per_second"]!);
        // Not for other activations: those were not measured.
        Assert.Equal("expected", (string)(await RunAsync("plan", Stories, "--json", "--activations", "8")).Json["speed"]!["kind"]!);
    }

    [Fact]
    public async Task An_encoder_has_a_plan_without_users()
    {
        var run = await RunAsync("plan", SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("expected", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("users", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--machine-price", "much")]
    [InlineData(2, "--prompt-tokens", "0")]
    [InlineData(4, "--prompt-tokens", "100000")]
    public async Task What_makes_no_sense_is_refused(int code, string option, string value) => Assert.Equal(code, (await RunAsync("plan", Stories, option, value)).ExitCode);

    [Fact]
    public async Task A_price_in_the_environment_that_is_none_is_wrong_usage() =>
        Assert.Equal(2, (await RunAsync(new Dictionary<string, string?> { ["FREEHOLD_POWER_PRICE"] = "free" }, "plan", Stories)).ExitCode);

    [Fact]
    public async Task A_model_of_an_architecture_that_is_not_run_is_refused_and_a_damaged_one_fails()
    {
        var bytes = await File.ReadAllBytesAsync(Stories, TestContext.Current.CancellationToken);
        var key = bytes.AsSpan().IndexOf("general.architecture"u8);
        // Behind the key: the value's type (4 bytes) and its length (8), then "llama".
        Encoding.ASCII.GetBytes("mamba").CopyTo(bytes, key + "general.architecture".Length + 12);
        var other = Path.Combine(_home, "other.gguf");
        await File.WriteAllBytesAsync(other, bytes, TestContext.Current.CancellationToken);
        var refused = await RunAsync("run", other, "--prompt", "x");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("'mamba', which this engine does not run", refused.Error, StringComparison.Ordinal);

        var damaged = Path.Combine(_home, "damaged.gguf");
        await File.WriteAllBytesAsync(damaged, bytes[..2000], TestContext.Current.CancellationToken);
        Assert.Equal(1, (await RunAsync("run", damaged, "--prompt", "x")).ExitCode);
    }

    [Fact]
    public async Task A_base_model_continues_a_prompt_and_says_so()
    {
        var run = await RunAsync("run", Stories, "--prompt", "Once upon a time", "--max-tokens", "12");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(", there was a", run.Output, StringComparison.Ordinal);
        Assert.Contains("has no chat template", run.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await RunAsync("run", Stories, "--prompt", "x", "--system", "be brief")).ExitCode);
    }
}
