using System.CommandLine;
using Freehold.Chatting;
using Freehold.Engine.Chat;
using Freehold.Hosting;
using Freehold.Planning;
using Microsoft.Extensions.AI;

namespace Freehold.Commands;

/// <summary><c>freehold run [MODEL]</c>: a chat in the terminal; with <c>--prompt</c> one answer.</summary>
internal static class RunCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = new Argument<string?>("MODEL") { Description = "A path or a catalogue name; without it, the one model there is.", Arity = ArgumentArity.ZeroOrOne };
        var prompt = new Option<string?>("--prompt") { Description = "Answer this and end.", HelpName = "T" };
        var system = new Option<string?>("--system") { Description = "The system message.", HelpName = "T" };
        var maxTokens = CommonOptions.Bounded("--max-tokens", "Tokens an answer may have; as many as the context holds unless given.", 1, int.MaxValue);
        var temperature = new Option<float?>("--temperature") { Description = "0 (always the likeliest token, the default here) to 2." };
        temperature.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && float.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var value) && value is not (>= 0 and <= 2))
                result.AddError("--temperature must be from 0 to 2.");
        });
        var seed = new Option<long?>("--seed") { Description = "Makes sampling repeatable; of no effect at temperature 0." };
        var json = CommonOptions.Json();
        var command = new Command("run", "Chat with a model in the terminal.") { model, prompt, system, maxTokens, temperature, seed };
        var settings = new ModelSettingsOptions(command, streams: true);
        var draft = new DraftOption(command);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var question = parsed.GetValue(prompt);
            if (parsed.GetValue(json) && question is null)
                throw CommandException.Usage("--json needs --prompt");
            var output = parsed.InvocationConfiguration.Output;
            var error = parsed.InvocationConfiguration.Error;
            var chosen = settings.Read(parsed, opening);
            var folders = settings.Folders(parsed);
            var named = parsed.GetValue(model) ?? ModelChoice.Only(opening.Available(folders)).Name;
            var resolved = opening.Resolve(named, folders, chosen.Pack);
            chosen = chosen with { Drafts = draft.Read(parsed, opening, folders, resolved) };
            using var open = ModelOpening.Load(resolved, chosen);
            LogprobsCommand.Generating(open);
            using var engine = open.StartEngine(chosen.Engine with { MaxStreams = chosen.MaxStreams ?? 1 });
            await error.WriteLineAsync($"{open.Name}: {engine.Plan.Explanation}; {open.Compute.Isa.ToString().ToLowerInvariant()}, {open.Compute.Threads} threads, activations {(int)open.Loaded.Activations}; weights {open.Packing}");
            if (question is null && PlanReading.Known(opening, open, engine.Plan) is { } plan)
                await error.WriteLineAsync($"{open.Name}: {PlanText.Short(plan)}");
            using var client = new EngineChatClient(engine);
            var options = new ChatOptions { Temperature = parsed.GetValue(temperature) ?? 0, Seed = parsed.GetValue(seed), MaxOutputTokens = parsed.GetValue(maxTokens) };
            if (question is not null && engine.Model.Render is null && string.IsNullOrEmpty(parsed.GetValue(system)))
            {
                // A base model: it goes on with a text, and there is no conversation to render.
                await error.WriteLineAsync($"{open.Name} has no chat template: it continues the prompt as it stands");
                options.AdditionalProperties = new() { ["raw_prompt"] = question };
            }
            if (question is not null)
                return await OneAnswerAsync(client, options, parsed.GetValue(system), question, output, parsed.GetValue(json), cancellation);

            var people = !Console.IsInputRedirected;
            if (people)
                await error.WriteLineAsync("(/help lists the commands)");
            var ctrlC = new CtrlC();
            using var listening = people ? ctrlC.Listen(error) : null;
            return await new TerminalChat(client, options, parsed.GetValue(system), Console.In, output, error, ctrlC, prompts: people).RunAsync(people ? CancellationToken.None : cancellation);
        });
        return command;
    }

    private static async Task<int> OneAnswerAsync(EngineChatClient client, ChatOptions options, string? system, string question, TextWriter output, bool json, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = string.IsNullOrEmpty(system) ? [] : [new(ChatRole.System, system)];
        messages.Add(new ChatMessage(ChatRole.User, question));
        var answer = await Answer.WriteAsync(client, messages, options, json ? TextWriter.Null : output, keepPartial: false, cancellationToken);
        if (!json)
        {
            await output.WriteLineAsync();
            return ExitCode.Done;
        }
        await JsonDocumentOutput.WriteAsync(output, document =>
        {
            document.WriteStartObject();
            document.WriteString("text", answer.Text);
            document.WriteString("finish_reason", answer.Finish?.Value);
            document.WriteStartObject("usage");
            document.WriteNumber("prompt_tokens", answer.Usage?.InputTokenCount ?? 0);
            document.WriteNumber("completion_tokens", answer.Usage?.OutputTokenCount ?? 0);
            document.WriteNumber("total_tokens", answer.Usage?.TotalTokenCount ?? 0);
            if (answer.Usage?.AdditionalCounts is { } counts && counts.TryGetValue("drafted_tokens", out var drafted) && counts.TryGetValue("accepted_drafted_tokens", out var accepted))
            {
                document.WriteNumber("drafted_tokens", drafted);
                document.WriteNumber("accepted_drafted_tokens", accepted);
            }
            document.WriteEndObject();
            document.WriteEndObject();
        });
        return ExitCode.Done;
    }
}
