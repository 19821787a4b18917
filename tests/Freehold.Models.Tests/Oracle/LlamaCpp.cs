using System.Diagnostics;
using System.Text.Json;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>llama.cpp as a peer: npm's node-llama-cpp, installed in <c>tests/peer</c> by <c>.ci/run</c>.</summary>
internal static class LlamaCpp
{
    /// <summary>Runs a script of <c>tests/peer</c> and gives the JSON it prints; skips the running test where the peer is not installed.</summary>
    public static JsonElement Run(string script, params IEnumerable<string> arguments)
    {
        var folder = Path.Combine(SharedData.Root, "tests", "peer");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "node-llama-cpp")))
            Assert.Skip("needs llama.cpp: npm install --ignore-scripts in tests/peer (.ci/run does)");
        var start = new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, $"llama.cpp failed: {errors.Result}");
        using var document = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        return document.RootElement.Clone();
    }
}
