using System.CommandLine;
using Freehold.Hosting;
using Freehold.Planning;
using Microsoft.Extensions.Logging;

namespace Freehold.Commands;

/// <summary><c>freehold serve MODEL...</c>: the server.</summary>
internal static class ServeCommand
{
    public static Command Create(ModelOpening opening)
    {
        var models = new Argument<string[]>("MODEL") { Description = "Paths or catalogue names; without any, the one model there is.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("serve", "Serve models over HTTP, for any OpenAI client.") { models };
        var serving = new ServingOptions(command);
        var settings = new ModelSettingsOptions(command, streams: true);
        command.SetAction(async (parsed, cancellation) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var server = serving.Read(parsed, opening);
            ModelServer.Probe(server.ToGateway()); // what is refused is refused before a model is loaded
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
            await using var running = await ModelServer.StartAsync(server, served.Directory, error, cancellation);
            foreach (var choice in served.Choices)
                running.Log.Tell(LogLevel.Information, "model", choice);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Listening on {string.Join(", ", running.Urls)} (API at {running.Url}v1)");
            using var service = ServiceManager.Ready(cancellation);
            await running.RunAsync(cancellation);
            return ExitCode.Interrupted;
        });
        return command;
    }
}
