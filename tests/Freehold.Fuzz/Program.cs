using System.Globalization;
using System.Runtime.CompilerServices;
using Freehold.Fuzz;

// usage: [--seconds 30] [--seed N] [--target NAME] [--keep]   exit code 1 when something was found
string Option(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

var only = Option("--target", "");
var targets = FuzzTargets.All.Where(target => only.Length == 0 || target.Name == only).ToArray();
if (targets.Length == 0 || !double.TryParse(Option("--seconds", "30"), CultureInfo.InvariantCulture, out var seconds) || !ulong.TryParse(Option("--seed", "1"), out var seed))
{
    Console.Error.WriteLine($"usage: [--seconds 30] [--seed N] [--target {string.Join('|', FuzzTargets.All.Select(target => target.Name))}] [--keep]");
    return 2;
}
long inputs = 0;
var findings = 0;
foreach (var target in targets)
{
    var fuzzer = new Fuzzer(target, Path.Combine(Here(), "corpus"), seed, inputLimit: TimeSpan.FromSeconds(10), keep: args.Contains("--keep"));
    var finding = fuzzer.Run(TimeSpan.FromSeconds(seconds / targets.Length));
    inputs += fuzzer.Inputs;
    findings += finding is null ? 0 : 1;
    Console.WriteLine($"{target.Name}: {fuzzer.Inputs} inputs, {fuzzer.Accepted} accepted{(finding is null ? "" : $"\n  FOUND {finding}")}");
}
Console.WriteLine($"fuzz: {inputs} inputs over {targets.Length} targets, {findings} findings (seed {seed})");
return findings == 0 ? 0 : 1;

static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
