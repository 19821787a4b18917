namespace Freehold.Tests.Commands;

public class CommandLineTests
{
    [Fact]
    public void A_command_that_is_made_alone_is_the_one_that_was_named()
    {
        var names = Freehold.Commands.CommandLine.Create().Subcommands.Select(command => command.Name).ToArray();
        Assert.Contains("run", names);
        Assert.All(names, name => Assert.Equal([name], Freehold.Commands.CommandLine.Create(name).Subcommands.Select(command => command.Name)));
    }

    [Fact]
    public async Task Version_as_JSON_is_one_document_with_its_four_fields()
    {
        var run = await Executable.RunAsync("version", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Equal(["version", "commit", "isa", "amx"], run.Json.AsObject().Select(pair => pair.Key));
        Assert.Equal("0.1.0", (string)run.Json["version"]!);
        Assert.Equal((string)run.Json["isa"]! == "amx", (bool)run.Json["amx"]!["on"]!);
        Assert.NotEmpty((string)run.Json["amx"]!["why"]!);
        Assert.Contains((string)run.Json["isa"]!, new[] { "scalar", "avx2", "avxvnni", "avx512", "avx512vnni", "amx", "advsimd" });
    }

    [Fact]
    public async Task The_environment_narrows_the_instruction_set()
    {
        var run = await Executable.RunAsync(["version", "--json"], "", new Dictionary<string, string?> { ["FREEHOLD_ISA"] = "scalar" });
        Assert.Equal("scalar", (string)run.Json["isa"]!);
    }

    [Theory]
    [InlineData("version", "--colour")]
    [InlineData("version", "stray")]
    [InlineData("fly")]
    [InlineData("--json")]
    [InlineData]
    public async Task Wrong_usage_ends_with_2_and_says_so_on_standard_error(params string[] arguments)
    {
        var run = await Executable.RunAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.NotEmpty(run.Error);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_that_makes_no_sense_is_wrong_usage_and_is_named()
    {
        var run = await Executable.RunAsync(["version"], "", new Dictionary<string, string?> { ["FREEHOLD_ISA"] = "mmx" });
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("FREEHOLD_ISA is 'mmx'", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_trace_is_shown_only_with_debug()
    {
        var run = await Executable.RunAsync(["version", "--debug"], "", new Dictionary<string, string?> { ["FREEHOLD_THREADS"] = "none" });
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("version", "--help")]
    public async Task Help_is_an_answer_and_goes_to_standard_output(params string[] arguments)
    {
        var run = await Executable.RunAsync(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
    }
}
