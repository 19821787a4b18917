using System.Diagnostics;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Conformance.Tests.Agents;

/// <summary>One run of a coding agent from npm (tests/agents) in a home and a folder of its own, against a gateway over a scripted engine.</summary>
internal static class AgentRun
{
    /// <summary>The model's name.</summary>
    public const string Model = "owned";

    /// <summary>Tokens of its context.</summary>
    public const int Context = 131072;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>Runs it; skips where it is not installed.</summary>
    /// <param name="program">Its program below tests/agents/node_modules.</param>
    /// <param name="engine">The script.</param>
    /// <param name="arrange">Given the gateway's address, the program's path, the agent's home and its folder: writes its settings and gives the command.</param>
    /// <returns>All that it printed.</returns>
    public static async Task<string> AskAsync(string program, AgentEngine engine, Func<string, string, string, string, (string Command, string[] Arguments)> arrange)
    {
        var path = Path.Combine(SharedData.Root, "tests", "agents", "node_modules", program);
        if (!File.Exists(path))
            Assert.Skip($"needs {program}: npm install --ignore-scripts in tests/agents");
        var cancel = TestContext.Current.CancellationToken;
        var model = new ServedModel(Model, DateTimeOffset.UnixEpoch, "tests", engine, null, Context, null, new ByteText(), _ => null);
        await using var gateway = GatewayHost.Create(new GatewayOptions { Ports = [0] }, new FixedModelDirectory([model]));
        await gateway.StartAsync(cancel);
        var place = Directory.CreateTempSubdirectory("freehold-agent");
        try
        {
            var (home, work) = (place.CreateSubdirectory("home").FullName, place.CreateSubdirectory("work").FullName);
            var (command, arguments) = arrange(gateway.Urls.Single(), path, home, work);
            var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = work, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            // Nothing of the machine's own settings, keys or proxies.
            start.Environment.Clear();
            start.Environment["HOME"] = home;
            start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
            using var agent = Process.Start(start)!;
            agent.StandardInput.Close();
            var (output, error) = (agent.StandardOutput.ReadToEndAsync(cancel), agent.StandardError.ReadToEndAsync(cancel));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(Patience);
            try
            {
                await agent.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                agent.Kill(entireProcessTree: true);
                Assert.Fail($"{program} did not end within {Patience.TotalSeconds} s:\n{await output}{await error}");
            }
            var all = await output + await error;
            Assert.True(agent.ExitCode == 0, $"{program} ended with {agent.ExitCode}:\n{all}");
            return all;
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }
}
