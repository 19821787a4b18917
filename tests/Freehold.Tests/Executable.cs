using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Freehold.Tests;

/// <summary>What a run of the real executable gave.</summary>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as the one JSON document it must be.</summary>
    public JsonNode Json => JsonNode.Parse(Output) ?? throw new InvalidOperationException("standard output is the JSON null");
}

/// <summary>Starts the executable that the tests were built with, as a user would.</summary>
internal static class Executable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static ProcessStartInfo Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "freehold.dll"));
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        // Nothing of the machine that runs the tests: its variables and catalogue stay outside.
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("FREEHOLD_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            info.Environment[name] = value;
        return info;
    }

    public static Task<Run> RunAsync(params string[] arguments) => RunAsync(arguments, "", null);

    public static async Task<Run> RunAsync(IReadOnlyList<string> arguments, string input, IReadOnlyDictionary<string, string?>? environment)
    {
        using var process = Process.Start(Start(arguments, environment))!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token);
            return new Run(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"freehold {string.Join(' ', arguments)} did not end within {Patience.TotalSeconds} s");
        }
    }
}
