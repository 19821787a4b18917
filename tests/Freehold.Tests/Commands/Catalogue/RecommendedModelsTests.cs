using Freehold.Catalog.Sources;
using Freehold.Models.Architectures;
using Freehold.Recommending;

namespace Freehold.Tests.Commands.Catalogue;

public sealed class RecommendedModelsTests
{
    [Fact]
    public void Every_recommended_model_is_of_an_architecture_that_runs_and_can_be_asked_for()
    {
        var models = RecommendedModel.All();
        Assert.InRange(models.Count, 10, 40);
        Assert.All(models, m =>
        {
            Assert.Contains(m.Architecture, ModelLoader.Architectures);
            Assert.IsType<ModelSource.Hub>(ModelSource.Parse(m.Pull, hasMirror: true));
            Assert.StartsWith("https://huggingface.co/", m.Source, StringComparison.Ordinal);
            Assert.InRange(m.Memory, m.Size, 20_000_000_000);
        });
        Assert.Equal(models.Count, models.Select(m => m.Pull).Distinct().Count());
    }

    [Fact]
    public async Task Pull_without_a_name_lists_them_offline_with_licence_size_and_what_they_need_here()
    {
        var home = Path.Combine(Path.GetTempPath(), "freehold-tests-" + Guid.NewGuid().ToString("N"));
        var environment = new Dictionary<string, string?> { ["FREEHOLD_DATA"] = home, ["FREEHOLD_OFFLINE"] = "1" };
        var run = await Executable.RunAsync(["pull"], "", environment);
        Assert.True(run.ExitCode == 0, run.Error);
        foreach (var part in new[] { "freehold pull hf:Qwen/Qwen3-0.6B-GGUF:Q8_0", "Apache-2.0", "context 32,768", "tools: yes", "languages: English", "fits here" })
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
        var listed = (await Executable.RunAsync(["pull", "--json"], "", environment)).Json["models"]!.AsArray();
        Assert.Equal(RecommendedModel.All().Select(m => m.Pull), listed.Select(m => (string)m!["pull"]!));
        Assert.False(Directory.Exists(home));
        Assert.Equal(2, (await Executable.RunAsync(["pull", "--as", "x"], "", environment)).ExitCode);
    }

    /// <summary>The size of real files, as their repositories list them, against what the table counts.</summary>
    [Theory]
    [InlineData("hf:ibm-granite/granite-3.3-2b-instruct-GGUF:Q4_K_M", 1_545_303_328)]
    [InlineData("hf:Qwen/Qwen3-1.7B-GGUF:Q8_0", 1_834_426_016)]
    [InlineData("hf:ggml-org/SmolLM3-3B-GGUF:Q4_K_M", 1_915_305_312)]
    [InlineData("hf:HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF:Q4_K_M", 1_055_609_536)]
    public void Sizes_are_within_five_percent_of_the_files(string pull, long bytes) =>
        Assert.InRange(RecommendedModel.All().Single(m => m.Pull == pull).Size, bytes * 0.95, bytes * 1.05);
}
