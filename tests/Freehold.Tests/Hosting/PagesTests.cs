using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Freehold.Tests.Hosting;

/// <summary>The pages as the real executable has them.</summary>
public partial class PagesTests
{
    private static readonly string[] Assemblies = ["Freehold.Console.dll", "MudBlazor.dll", "Markdig.dll", "Microsoft.AspNetCore.Components.Server.dll"];

    [GeneratedRegex(@"http://\S+?:\d+/")]
    private static partial Regex Address();

    [GeneratedRegex("(?:src|href)=\"(/_console/[^\"]+)\"")]
    private static partial Regex Asset();

    [Fact]
    public async Task Pages_come_out_of_the_executable_and_are_not_even_loaded_before_somebody_looks()
    {
        var home = Path.Combine(Path.GetTempPath(), "freehold-tests-" + Guid.NewGuid().ToString("N"));
        var model = Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf");
        using var process = Process.Start(Executable.Start(["serve", model, "--port", "0", "--context", "256"], new Dictionary<string, string?> { ["FREEHOLD_DATA"] = home, ["FREEHOLD_OFFLINE"] = "1" }))!;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(120));
            _ = process.StandardError.ReadToEndAsync(patience.Token);
            Match address;
            do
                address = Address().Match(await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("it ended early"));
            while (!address.Success);
            using var http = new HttpClient { BaseAddress = new Uri(address.Value) };
            Assert.Equal("Ollama is running", await http.GetStringAsync(new Uri("/", UriKind.Relative), patience.Token));
            if (OperatingSystem.IsLinux())
                Assert.Empty(Loaded(process));

            http.DefaultRequestHeaders.Add("Accept", "text/html");
            var page = await http.GetStringAsync(new Uri("/", UriKind.Relative), patience.Token);
            var assets = Asset().Matches(page).Select(match => match.Groups[1].Value).ToList();
            Assert.True(assets.Count >= 5, page);
            foreach (var asset in assets)
                Assert.NotEmpty(await http.GetByteArrayAsync(new Uri(asset, UriKind.Relative), patience.Token));
            if (OperatingSystem.IsLinux())
                Assert.Contains("MudBlazor.dll", Loaded(process)); // so the list above looked at the right place
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            if (Directory.Exists(home))
                Directory.Delete(home, recursive: true);
        }
    }

    private static List<string> Loaded(Process process)
    {
        var maps = File.ReadAllText($"/proc/{process.Id}/maps");
        return [.. Assemblies.Where(name => maps.Contains("/" + name, StringComparison.Ordinal))];
    }
}
