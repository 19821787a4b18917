using System.CommandLine;
using Freehold.Hosting;
using Freehold.Planning;

namespace Freehold.Commands;

/// <summary><c>freehold serve MODEL...</c>: the server.</summary>
internal static class ServeCommand
{
    public static Command Create(ModelOpening opening)
    {
        var models = new Argument<string[]>("MODEL") { Description = "Paths or catalogue names; without any, the one model there is.", Arity = ArgumentArity.ZeroOrMore };
        var port = ServingOptions.Port();
        var host = ServingOptions.Host();
        var command = new Command("serve", "Serve models over HTTP, for any OpenAI client.") { models, port, host };
        var settings = new ModelSettingsOptions(command, streams: true);
        command.SetAction(async (parsed, cancellation) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var chosen = settings.Read(parsed);
            var folders = settings.Folders(parsed);
            var names = parsed.GetValue(models)!;
            var resolved = names.Length > 0
                ? names.Select(name => opening.Resolve(name, folders)).ToList()
                : [opening.Resolve(ModelChoice.Only(opening.Available(folders)).Name, folders)];
            using var threads = SharedThreads.Start(chosen.Threads, resolved.Sum(model => model.Bytes));
            using var served = new ServedModels();
            foreach (var model in resolved)
                served.Add(ModelOpening.Load(model, chosen, threads), chosen.Engine, (open, memory) => PlanReading.Serving(opening, open, memory, error, cancellation));
            await using var server = await ModelServer.StartAsync(parsed.GetValue(host)!, parsed.GetValue(port), served.Directory, error, cancellation);
            foreach (var choice in served.Choices)
                await error.WriteLineAsync(choice);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Listening on {server.Url} (API at {server.Url}v1){(server.Moved ? $"; port {ModelServer.DefaultPort} was taken" : "")}");
            await server.RunAsync(cancellation);
            return ExitCode.Interrupted;
        });
        return command;
    }
}

/// <summary>Where a server listens.</summary>
internal static class ServingOptions
{
    public static Option<int?> Port() => CommonOptions.Bounded("--port", $"The port; {ModelServer.DefaultPort}, or the next free one, unless given. 0 takes any.", 0, 65535);

    public static Option<string> Host() => new("--host") { Description = "The address to listen on; 127.0.0.1 unless given, 0.0.0.0 for all.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "H" };
}
