using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Freehold.Tests.Lifecycle;

/// <summary>A server that nobody asks anything.</summary>
public partial class IdleServerTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5), Watched = TimeSpan.FromSeconds(10);

    [GeneratedRegex(@"http://[^\s]+?:\d+/")]
    private static partial Regex Address();

    [Fact]
    public async Task With_models_loaded_it_takes_under_one_percent_of_a_core()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (stories, other) = (SharedData.Require("models/stories260K-f32.gguf"), SharedData.Require("models/stories260K-q8_0.gguf"));
        var data = Directory.CreateTempSubdirectory("freehold-idle-").FullName;
        using var process = Process.Start(Executable.Start(["serve", stories, "--models", Path.GetDirectoryName(other)!, "--port", "0"], new Dictionary<string, string?> { ["FREEHOLD_DATA"] = data, ["FREEHOLD_OFFLINE"] = "1" }))!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancel);
            var line = "";
            while (!line.Contains("Listening on", StringComparison.Ordinal))
                line = await process.StandardOutput.ReadLineAsync(cancel) ?? throw new InvalidOperationException($"it ended early: {await error}");
            using (var http = new HttpClient { BaseAddress = new Uri(Address().Match(line).Value), Timeout = TimeSpan.FromSeconds(120) })
                foreach (var model in new[] { "stories260K-f32", "stories260K-q8_0" })
                {
                    using var answer = await http.PostAsJsonAsync("v1/completions", new { model, prompt = "Once", max_tokens = 8 }, cancel);
                    answer.EnsureSuccessStatusCode();
                }
            await Task.Delay(Settling, cancel);
            process.Refresh();
            var before = process.TotalProcessorTime;
            await Task.Delay(Watched, cancel);
            process.Refresh();
            var share = (process.TotalProcessorTime - before) / Watched;
            Assert.True(share < 0.01, $"{share:P2} of a core");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(data, recursive: true);
        }
    }
}
