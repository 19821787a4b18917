using System.Diagnostics;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Tests.Commands.Catalogue;

public sealed class InterruptedPullTests
{
    [Fact]
    public async Task Ctrl_C_ends_a_pull_with_130_and_the_next_goes_on_from_what_came()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends SIGINT");
        var stop = TestContext.Current.CancellationToken;
        var home = Directory.CreateTempSubdirectory("freehold-interrupted-").FullName;
        var content = new byte[400_000];
        new Random(5).NextBytes(content);
        "GGUF"u8.CopyTo(content);
        var environment = new Dictionary<string, string?> { ["FREEHOLD_DATA"] = home, ["HTTP_PROXY"] = null, ["http_proxy"] = null };
        try
        {
            await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, content, "\"a\"") with { StallAfter = r.Number == 1 ? 250_000 : null });
            var url = new Uri(server.Address, "m.gguf").AbsoluteUri;
            using (var process = Process.Start(Executable.Start(["pull", url], environment))!)
            {
                await server.Stalled.Task.WaitAsync(stop);
                // The bytes are on their way to the part file; the interruption must find them there.
                await WaitForBytesAsync(home, 250_000, stop);
                using (var kill = Process.Start("kill", ["-INT", process.Id.ToString()]))
                    await kill.WaitForExitAsync(stop);
                await process.WaitForExitAsync(stop);
                Assert.Equal(130, process.ExitCode);
                Assert.Contains("interrupted", await process.StandardError.ReadToEndAsync(stop), StringComparison.Ordinal);
            }
            var next = await Executable.RunAsync(["pull", url, "--json"], "", environment);
            Assert.True(next.ExitCode == 0, next.Error);
            Assert.Contains("going on from 250 kB", next.Error, StringComparison.Ordinal);
            Assert.Equal(400_000, (int)next.Json["size"]!);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task WaitForBytesAsync(string home, long bytes, CancellationToken stop)
    {
        while (!Directory.Exists(Path.Combine(home, "parts")) || Directory.EnumerateFiles(Path.Combine(home, "parts"), "data", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) < bytes)
        {
            await Task.Yield();
            stop.ThrowIfCancellationRequested();
        }
    }
}
