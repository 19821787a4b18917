using System.CommandLine;
using System.Reflection;
using Freehold.Kernels;

namespace Freehold.Commands;

/// <summary><c>freehold version</c>: the version, the commit it was built from, the instruction set in use here, and whether AMX is.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("version", "Show the version, the commit it was built from, the instruction set in use, and whether AMX is.") { json };
        command.SetAction(async (parsed, _) =>
        {
            var (version, commit) = Built();
            using var compute = new Compute(CommonOptions.ComputeOf(threads: 1));
            var isa = compute.Isa.ToString().ToLowerInvariant();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteString("version", version);
                    document.WriteString("commit", commit);
                    document.WriteString("isa", isa);
                    document.WriteStartObject("amx");
                    document.WriteBoolean("on", compute.Amx.IsOn);
                    document.WriteString("why", compute.Amx.Why);
                    document.WriteEndObject();
                    document.WriteEndObject();
                });
            else
                await output.WriteLineAsync($"freehold {version} (commit {commit ?? "unknown"}), {isa}; AMX {(compute.Amx.IsOn ? "on" : "off")}: {compute.Amx.Why}");
            return ExitCode.Done;
        });
        return command;
    }

    // The SDK writes version+commit where it builds inside a git checkout, and the version alone elsewhere.
    private static (string Version, string? Commit) Built()
    {
        var text = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? (text, null) : (text[..plus], text[(plus + 1)..]);
    }
}
