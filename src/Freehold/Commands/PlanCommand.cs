using System.CommandLine;
using System.Globalization;
using Freehold.Engine.Memory;
using Freehold.Hosting;
using Freehold.Planning;

namespace Freehold.Commands;

/// <summary><c>freehold plan MODEL</c>: what would be chosen here and why; speed, users, cost.</summary>
internal static class PlanCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = TextInput.Model();
        var prompt = CommonOptions.Bounded("--prompt-tokens", "Tokens of a user's prompt; 256 unless given.", 1, 1 << 20);
        var answer = CommonOptions.Bounded("--answer-tokens", "Tokens of an answer; 256 unless given.", 1, 1 << 20);
        var machine = Amount("--machine-price", "What this machine costs a month (also FREEHOLD_MACHINE_PRICE).");
        var watts = Amount("--power-watts", "Watts it takes at work (also FREEHOLD_POWER_WATTS).");
        var power = Amount("--power-price", "What a kilowatt-hour costs (also FREEHOLD_POWER_PRICE).");
        var gpu = Amount("--gpu-price", "What a rented GPU costs a month, to compare with (also FREEHOLD_GPU_PRICE).");
        var measure = new Option<bool>("--measure") { Description = "Measure the machine anew, rather than take what was measured before." };
        var json = CommonOptions.Json();
        var command = new Command("plan", "Show how a model would run here and why; how fast, for how many users, at what cost.") { model, prompt, answer, machine, watts, power, gpu, measure };
        var settings = new ModelSettingsOptions(command, streams: true);
        var draft = new DraftOption(command);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var chosen = settings.Read(parsed, opening);
            var folders = settings.Folders(parsed);
            var resolved = opening.Resolve(parsed.GetValue(model)!, folders, chosen.Pack);
            using var open = ModelOpening.Load(resolved, chosen with { Drafts = draft.Read(parsed, opening, folders, resolved) });
            var memory = open.Loaded.Causal is { } causal ? MemoryPlan.Choose(causal, chosen.Engine, AvailableMemory.Around(causal, open.DraftModel), open.DraftModel) : null;
            var conversation = memory is null ? null : ConversationOf(parsed.GetValue(prompt), parsed.GetValue(answer), memory.Context);
            var error = parsed.InvocationConfiguration.Error;
            var limits = parsed.GetValue(measure)
                ? MachineLimits.Measure(opening.CacheFolder, open.Compute.Workers, again: true, error, cancellation)
                : MachineLimits.KnownOrMeasured(opening.CacheFolder, open.Compute.Workers, error, cancellation);
            var prices = new PriceOptions(parsed.GetValue(machine), parsed.GetValue(watts), parsed.GetValue(power), parsed.GetValue(gpu));
            var plan = PlanReading.With(opening, open, memory, limits, prices, conversation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await JsonDocumentOutput.WriteAsync(output, document => PlanJson.Write(document, plan));
            else
                foreach (var line in PlanText.Lines(plan))
                    await output.WriteLineAsync(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static Conversation ConversationOf(int? prompt, int? answer, int context)
    {
        var usual = Conversation.UsualIn(context);
        var conversation = new Conversation(prompt ?? usual.Prompt, answer ?? usual.Answer);
        return (long)conversation.Prompt + conversation.Answer <= context ? conversation
            : throw CommandException.Refused($"a prompt of {conversation.Prompt} and an answer of {conversation.Answer} tokens do not fit a context of {context}; give fewer with --prompt-tokens and --answer-tokens");
    }

    private static Option<double?> Amount(string name, string description)
    {
        var option = new Option<double?>(name)
        {
            Description = description,
            CustomParser = result =>
            {
                if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                    return value;
                result.AddError($"{name} is '{result.Tokens[0].Value}'; it must be a number from 0 on.");
                return null;
            },
        };
        return option;
    }
}
