using System.CommandLine;
using Freehold.Hosting;
using Freehold.Lifecycle;
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
        var lifecycle = new LifecycleOptions(command);
        var draft = new DraftOption(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var server = serving.Read(parsed, opening);
            ModelServer.Probe(server.ToGateway()); // what is refused is refused before a model is loaded
            var chosen = settings.Read(parsed, opening);
            var folders = settings.Folders(parsed);
            var names = parsed.GetValue(models)!;
            var resolved = names.Length > 0
                ? names.Select(name => opening.Resolve(name, folders, chosen.Pack)).ToList()
                : [opening.Resolve(ModelChoice.Only(opening.Available(folders)).Name, folders, chosen.Pack)];
            chosen = chosen with { Drafts = draft.Read(parsed, opening, folders, resolved) };
            await using var served = await ServingPool.StartAsync(opening, resolved, folders, chosen, lifecycle.Read(parsed, opening), error, cancellation);
            await using var running = await ModelServer.StartAsync(server, served.Models, served.Library, error, cancellation);
            served.Tell = line => running.Log.Tell(LogLevel.Information, "model", line);
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
