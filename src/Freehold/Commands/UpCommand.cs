using System.CommandLine;
using Freehold.Hosting;
using Freehold.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Freehold.Commands;

/// <summary><c>freehold up</c>: the first thing a new user runs. Chooses, serves, and says what was chosen and why.</summary>
internal static class UpCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = new Argument<string?>("MODEL") { Description = "A path or a catalogue name; without it, one that fits this machine is chosen.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("up", "Choose a model that fits this machine, serve it, and say where and why.") { model };
        var serving = new ServingOptions(command);
        var settings = new ModelSettingsOptions(command, streams: true);
        var lifecycle = new LifecycleOptions(command);
        var draft = new DraftOption(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var asked = serving.Read(parsed, opening);
            ModelServer.Probe(asked.ToGateway()); // what is refused is refused before a model is loaded
            var chosen = settings.Read(parsed, opening);
            var folders = settings.Folders(parsed);
            var choice = parsed.GetValue(model) is { } named
                ? new ModelChoice(opening.Resolve(named, folders, chosen.Pack), "you named it", false)
                : ModelChoice.Among(opening.Available(folders, chosen.Pack), ModelChoice.FreeMemory());
            var resolved = choice.Model.Path.Length > 0 ? choice.Model : opening.Resolve(choice.Model.Name, folders, chosen.Pack);
            chosen = chosen with { Drafts = draft.Read(parsed, opening, folders, resolved) };
            await using var served = await ServingPool.StartAsync(opening, [resolved], folders, chosen, lifecycle.Read(parsed, opening), parsed.InvocationConfiguration.Error, cancellation);
            await using var server = await ModelServer.StartAsync(asked, served.Models, served.Library, parsed.InvocationConfiguration.Error, cancellation);
            served.Tell = line => server.Log.Tell(LogLevel.Information, "model", line);
            await output.WriteLineAsync($"Freehold is up: {string.Join(", ", server.Urls.Select(url => $"{url}v1"))}");
            await output.WriteLineAsync($"Model: {resolved.Name}, because {choice.Why}.");
            if (choice.IsDemonstration)
                await output.WriteLineAsync("  It is a small demonstration model: quick, and often wrong. A better one: freehold pull hf:owner/repo, then freehold up");
            foreach (var line in served.Choices)
                await output.WriteLineAsync($"  {line}");
            await output.WriteLineAsync($"Open {server.Url} in a browser, or try:");
            await output.WriteLineAsync($"  {Curl(server.Url, served.Models.Models[0], asked.Key is not null)}");
            await output.WriteLineAsync("Ctrl-C stops it.");
            using var service = ServiceManager.Ready(cancellation);
            await server.RunAsync(cancellation);
            return ExitCode.Interrupted;
        });
        return command;
    }

    private static string Curl(Uri url, Gateway.Serving.ModelCard model, bool keyed)
    {
        var key = keyed ? $" -H \"Authorization: Bearer ${ServingOptions.KeyVariable}\"" : "";
        return model.Chats
            ? $$"""curl {{url}}v1/chat/completions{{key}} -d '{"model":"{{model.Id}}","messages":[{"role":"user","content":"What is the capital of France?"}],"temperature":0}'"""
            : $$"""curl {{url}}v1/embeddings{{key}} -d '{"model":"{{model.Id}}","input":"hello"}'""";
    }
}
