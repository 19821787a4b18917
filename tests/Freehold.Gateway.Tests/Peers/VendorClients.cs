using System.Diagnostics;
using Freehold.Tests;

namespace Freehold.Gateway.Tests.Peers;

/// <summary>Runs a script of tests/peer against a gateway with a vendor's own client.</summary>
internal static class VendorClients
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs it; skips where the client is not installed.</summary>
    /// <param name="package">The client's npm package.</param>
    /// <param name="script">The script: it gets the gateway's address, and prints <c>ok</c> last.</param>
    /// <param name="gateway">What it asks.</param>
    /// <param name="arguments">What else the script is told.</param>
    public static async Task RunAsync(string package, string script, Uri gateway, params string[] arguments)
    {
        var peer = Path.Combine(SharedData.Root, "tests", "peer");
        if (!Directory.Exists(Path.Combine(peer, "node_modules", package)))
            Assert.Skip($"needs the npm package {package}: npm install --ignore-scripts in tests/peer");
        using var node = Process.Start(new ProcessStartInfo("node", [script, gateway.ToString().TrimEnd('/'), .. arguments]) { WorkingDirectory = peer, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await node.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill();
            Assert.Fail($"{script} did not end within {Patience.TotalSeconds} s");
        }
        Assert.True(node.ExitCode == 0 && (await output).EndsWith("ok\n", StringComparison.Ordinal), $"{script} ended with {node.ExitCode}:\n{await output}{await error}");
    }
}
