using System.Text.Json.Nodes;

namespace Freehold.Tests.Commands;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("freehold-config-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Task<Run> RunAsync(Dictionary<string, string?> more, params string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["HTTPS_PROXY"] = null, ["https_proxy"] = null, ["HF_TOKEN"] = null, ["FREEHOLD_DATA"] = _home };
        foreach (var (name, value) in more)
            environment[name] = value;
        return Executable.RunAsync(["config", .. arguments], "", environment);
    }

    [Fact]
    public async Task Each_value_comes_with_its_source_and_the_environment_goes_first()
    {
        File.WriteAllText(Path.Combine(_home, "config.json"), """{ "mirror": "/mnt/models", "hf_endpoint": "https://hub.example", "prot": 5, "port": [8080, 11434], /* for Ollama's */ "gpu_price": 3, "log": "json", }""");
        var run = await RunAsync(new() { ["HF_ENDPOINT"] = "https://other.example", ["FREEHOLD_THREADS"] = "1", ["FREEHOLD_LOG"] = "off", ["FREEHOLD_ALLOWED_HOSTS"] = "a.example, b.example", ["FREEHOLD_API_KEY"] = "s3cret" }, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var settings = run.Json["settings"]!.AsArray().ToDictionary(s => (string)s!["variable"]!, s => ((string?)s!["value"], (string?)s["source"]));
        Assert.Equal((_home, "environment"), settings["FREEHOLD_DATA"]);
        Assert.Equal(("/mnt/models", "config.json"), settings["FREEHOLD_MIRROR"]);
        Assert.Equal(("https://other.example/", "environment"), settings["HF_ENDPOINT"]);
        Assert.Equal(("no", "default"), settings["FREEHOLD_OFFLINE"]);
        Assert.Equal(("1", "environment"), settings["FREEHOLD_THREADS"]);
        Assert.Equal("default", settings["FREEHOLD_ISA"].Item2);
        Assert.Equal(("8080, 11434", "config.json"), settings["FREEHOLD_PORT"]);
        Assert.Equal(("off", "environment"), settings["FREEHOLD_LOG"]);
        Assert.Equal(("a.example, b.example", "environment"), settings["FREEHOLD_ALLOWED_HOSTS"]);
        Assert.Equal(("127.0.0.1", "default"), settings["FREEHOLD_HOST"]);
        Assert.Equal(("3", "config.json"), settings["FREEHOLD_GPU_PRICE"]);
        Assert.Equal(("set (not shown)", "environment"), settings["FREEHOLD_API_KEY"]);
        Assert.DoesNotContain("s3cret", run.Output + run.Error, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_home, "config.json"), (string?)run.Json["config_file"]);
        // A slip of the pen is not passed over.
        Assert.Contains("\"prot\"", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\"gpu_price\"", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_said_to_be_set_and_not_shown()
    {
        var run = await RunAsync(new() { ["HF_TOKEN"] = "hf_secret", ["HTTPS_PROXY"] = "http://anna:geheim@proxy.example:3128" });
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("http://proxy.example:3128", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_secret", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", run.Output + run.Error, StringComparison.Ordinal);
    }
}
