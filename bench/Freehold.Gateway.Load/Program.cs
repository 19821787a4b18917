using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Load;

// What the gateway itself costs: time to the first event beside a bare web server that sends the same, and memory under full load. Nothing here computes a model.
var clients = new Option<int>("--clients") { Description = "Clients at once.", DefaultValueFactory = _ => 100 };
var rate = new Option<double>("--rate") { Description = "Requests a second of all together, for the overhead.", DefaultValueFactory = _ => 200 };
var tokens = new Option<int>("--tokens") { Description = "Tokens an answer.", DefaultValueFactory = _ => 32 };
var seconds = new Option<int>("--seconds") { Description = "Seconds a round.", DefaultValueFactory = _ => 15 };
var rounds = new Option<int>("--rounds") { Description = "Rounds, gateway and bare server in turn.", DefaultValueFactory = _ => 3 };
var minutes = new Option<double>("--soak") { Description = "Minutes of full load afterwards, with the memory told each minute; 0 for none." };
var root = new RootCommand("Measures the gateway's own cost against a stub engine; prints one JSON document.") { clients, rate, tokens, seconds, rounds, minutes };
var serve = new Command("serve", "The side that is asked; started by the other.") { tokens };
serve.SetAction((parsed, _) => Server.RunAsync(parsed.GetValue(tokens)));
root.Subcommands.Add(serve);
root.SetAction(async (parsed, stop) =>
{
    using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Arguments(["serve", "--tokens", parsed.GetValue(tokens).ToString(CultureInfo.InvariantCulture)])) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    try
    {
        var gateway = new Uri((await server.StandardOutput.ReadLineAsync(stop))!);
        var bare = new Uri((await server.StandardOutput.ReadLineAsync(stop))!);
        using var crowd = new Clients(parsed.GetValue(clients));
        foreach (var address in new[] { gateway, bare })
            await crowd.RunAsync(address, parsed.GetValue(rate), TimeSpan.FromSeconds(5)); // compiled and connected
        List<Round> told = [];
        for (var round = 0; round < parsed.GetValue(rounds); round++)
        {
            var time = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var (own, least) = (await crowd.RunAsync(gateway, parsed.GetValue(rate), time), await crowd.RunAsync(bare, parsed.GetValue(rate), time));
            told.Add(new Round(own.Length, At(own, 0.5), At(own, 0.99), At(least, 0.5), At(least, 0.99)));
            Console.Error.WriteLine($"round {round + 1}: gateway p50 {told[^1].GatewayP50:0.00} p99 {told[^1].GatewayP99:0.00} ms, bare p50 {told[^1].BareP50:0.00} p99 {told[^1].BareP99:0.00} ms");
        }
        List<Memory> memory = [];
        for (var minute = 0.0; minute < parsed.GetValue(minutes); minute++)
        {
            var asked = (await crowd.RunAsync(gateway, 0, TimeSpan.FromMinutes(1))).Length;
            await server.StandardInput.WriteLineAsync();
            var sizes = (await server.StandardOutput.ReadLineAsync(stop))!.Split(' ');
            memory.Add(new Memory(asked, long.Parse(sizes[0], CultureInfo.InvariantCulture) >> 20, double.Parse(sizes[1], CultureInfo.InvariantCulture) / (1 << 20)));
            Console.Error.WriteLine($"minute {minute + 1}: {asked} answers, {memory[^1].ResidentMiB} MiB resident, {memory[^1].HeapMiB:0.0} MiB of objects");
        }
        Console.WriteLine(JsonSerializer.Serialize(new { cpu = Cpu(), clients = parsed.GetValue(clients), rate = parsed.GetValue(rate), tokens = parsed.GetValue(tokens), addedP99Ms = Median(told.Select(each => each.GatewayP99 - each.BareP99)), rounds = told, soak = memory }, JsonSerializerOptions.Web));
    }
    finally
    {
        server.Kill();
    }
});
return await root.Parse(args).InvokeAsync();

// Started as an executable or by 'dotnet'.
static string[] Arguments(string[] own) => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0], .. own] : own;
static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];
static double Median(IEnumerable<double> values) => values.Order().ToArray() is { Length: > 0 } sorted ? sorted[sorted.Length / 2] : double.NaN;
static string Cpu() => File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "" : "";

internal sealed record Round(int Answers, double GatewayP50, double GatewayP99, double BareP50, double BareP99);

internal sealed record Memory(int Answers, long ResidentMiB, double HeapMiB);
