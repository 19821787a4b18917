using System.Diagnostics;
using Freehold.Tests;
using Xunit;

namespace Freehold.Engine.Tests.Samples;

/// <summary>The README's program, built with the solution and run as it is.</summary>
public sealed class HelloFreeholdTests
{
    [Fact]
    public async Task The_sample_says_Paris()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HelloFreeholdTests).Assembly.Location.Replace("Freehold.Engine.Tests.dll", "HelloFreehold.dll", StringComparison.Ordinal)])
        {
            WorkingDirectory = SharedData.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var sample = Process.Start(start)!;
        var error = sample.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var answer = await sample.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sample.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (sample.ExitCode, await error));
        Assert.Contains("Paris", answer, StringComparison.Ordinal);
    }
}
