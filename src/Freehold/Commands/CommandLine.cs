using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Freehold.Commands.Catalogue;
using Freehold.Hosting;

namespace Freehold.Commands;

/// <summary>The command line as a whole: parses, runs one command, and turns its end into an exit code.</summary>
internal static class CommandLine
{
    /// <summary>The root with every command, or with only the one that the first argument names: making all of them takes a third of a short command's time.</summary>
    /// <param name="first">The first argument; null, or what is no command's name, gives every command.</param>
    public static RootCommand Create(string? first = null)
    {
        var root = new RootCommand("Freehold runs language models on this machine's CPU: in the terminal, and over HTTP for any OpenAI client.");
        // `freehold version` says more than the framework's --version would; that option stays, for habit's sake.
        root.Options.Add(CommonOptions.Debug);
        var catalogue = new CatalogueContext();
        var opening = new ModelOpening(catalogue);
        (string Name, Func<Command> Create)[] commands =
        [
            ("up", () => UpCommand.Create(opening)),
            ("serve", () => ServeCommand.Create(opening)),
            ("run", () => RunCommand.Create(opening)),
            ("embed", () => EmbedCommand.Create(opening)),
            ("tokenize", () => TokenizeCommand.Create(opening)),
            ("render", () => RenderCommand.Create(opening, TimeProvider.System)),
            ("logprobs", () => LogprobsCommand.Create(opening)),
            ("perplexity", () => PerplexityCommand.Create(opening)),
            ("bench", () => BenchCommand.Create(opening)),
            ("plan", () => PlanCommand.Create(opening)),
            .. CatalogueCommands.All(catalogue),
            ("config", () => ConfigCommand.Create(catalogue)),
            ("version", VersionCommand.Create),
        ];
        var only = Array.FindIndex(commands, command => command.Name == first);
        foreach (var (_, create) in only < 0 ? commands : commands[only..(only + 1)])
            root.Subcommands.Add(create());
        return root;
    }

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var parsed = Create(arguments.FirstOrDefault()).Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            // Without any argument a new user wants to see what there is, not a complaint about it.
            if (arguments.Length == 0)
            {
                await Create().Parse(["--help"]).InvokeAsync(new InvocationConfiguration { Output = error, Error = error });
                return ExitCode.Usage;
            }
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync($"freehold: {problem.Message}");
            await error.WriteLineAsync($"Try '{string.Join(' ', PathOf(parsed))} --help'.");
            return ExitCode.Usage;
        }
        using var interruption = new Interruption();
        try
        {
            var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            var code = await parsed.InvokeAsync(configuration, interruption.Token);
            return code == ExitCode.Interrupted && interruption.WasRequest ? ExitCode.Done : code;
        }
        catch (Exception failure)
        {
            var code = interruption.Token.IsCancellationRequested ? ExitCode.Interrupted : Failure.CodeOf(failure);
            await error.WriteLineAsync(parsed.GetValue(CommonOptions.Debug) ? $"freehold: {failure}"
                : code == ExitCode.Interrupted ? "freehold: interrupted" : $"freehold: {failure.Message}");
            return code;
        }
    }

    private static IEnumerable<string> PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(at.Command is RootCommand ? "freehold" : at.Command.Name);
        return names;
    }
}
