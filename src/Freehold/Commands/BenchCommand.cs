using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Freehold.Benching;
using Freehold.Hosting;
using Freehold.Kernels.Machine;
using Freehold.Planning;

namespace Freehold.Commands;

/// <summary><c>freehold bench MODEL</c>: speed, and how much of what the machine has it is.</summary>
internal static class BenchCommand
{
    // With activations of 15 bits each weight is multiplied twice, once for each plane of bytes.
    private sealed record Figures(double Prefill, double Decode, IReadOnlyDictionary<int, double?> Streams, MachineProbe Machine, ModelWork Work, int Threads, string Isa, int Activations, (long Made, long True) Guesses, TimeSpan Load, TimeSpan FirstToken)
    {
        public double ShareOfBandwidth => Decode * Work.BytesPerDecode / Machine.BytesPerSecond;
        public double? ShareOfPeak => Machine.Peak is { } peak ? Prefill * Work.OperationsPerPrefill * (Activations == 16 ? 2 : 1) / peak.OperationsPerSecond : null;
    }

    public static Command Create(ModelOpening opening)
    {
        var model = TextInput.Model();
        var prompt = CommonOptions.Bounded("--prompt", "Tokens of the prompt; 512 unless given.", 1, 1 << 20);
        var generate = CommonOptions.Bounded("--generate", "Tokens to generate; 64 unless given.", 2, 1 << 20);
        var streams = new Option<string>("--streams") { Description = "How many streams at once, several numbers apart by commas.", DefaultValueFactory = _ => "1,8,32", HelpName = "N,..." };
        var seconds = CommonOptions.Bounded("--seconds", "How long each figure is measured at least; 5 unless given.", 1, 3600);
        var speculation = new Option<bool>("--speculation") { Description = "Measure instead what guessing ahead wins: where all guesses are right, where the prompt is random, and where --text is to be repeated, quoted or gone on from." };
        var text = new Option<string?>("--text") { Description = "With --speculation: a file whose text the model is asked to repeat, finds twice in its prompt, and goes on from.", HelpName = "FILE" };
        var json = CommonOptions.Json();
        var command = new Command("bench", "Measure a model's speed here, and its share of this machine's bandwidth and arithmetic.") { model, prompt, generate, streams, seconds, speculation, text };
        var settings = new ModelSettingsOptions(command, streams: false);
        var draft = new DraftOption(command);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var counts = Counts(parsed.GetValue(streams)!);
            var (length, answer) = (parsed.GetValue(prompt) ?? 512, parsed.GetValue(generate) ?? 64);
            var time = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 5);
            if (parsed.GetValue(text) is not null && !parsed.GetValue(speculation))
                throw CommandException.Usage("--text is for --speculation");
            var folders = settings.Folders(parsed);
            var chosen = settings.Read(parsed, opening);
            var resolved = opening.Resolve(parsed.GetValue(model)!, folders, chosen.Pack);
            chosen = chosen with { Drafts = draft.Read(parsed, opening, folders, resolved) };
            var begun = Stopwatch.GetTimestamp();
            using var open = ModelOpening.Load(resolved, chosen, maxLogitRows: Math.Max(64, counts.Max()));
            var load = Stopwatch.GetElapsedTime(begun);
            LogprobsCommand.Generating(open);
            if (parsed.GetValue(speculation))
            {
                var repeated = parsed.GetValue(text) is { } file ? await File.ReadAllTextAsync(file, cancellation) : null;
                await GuessingBench.RunAsync(open, length, answer, repeated, time, parsed.InvocationConfiguration.Output, parsed.GetValue(json), cancellation);
                return ExitCode.Done;
            }
            await error.WriteLineAsync("measuring the machine ...");
            var limits = MachineLimits.Measure(opening.CacheFolder, open.Compute.Workers, again: false, error, cancellation);
            // A text that repeats itself would be guessed, and its speed say nothing of others: only a draft that was asked for guesses here.
            using var engine = open.StartEngine(new() { Context = length + answer, MaxStreams = counts.Max(), SharePrefixes = false, Speculation = open.Draft is not null });
            await error.WriteLineAsync($"{open.Name}: {engine.Plan.Explanation}; weights {open.Packing}");
            var test = new SpeedTest(engine, length, answer);
            // A first round warms caches and compiled code; a user who starts a model waits for its prompt as it is read now.
            var (cold, _) = await test.AloneAsync(TimeSpan.Zero, cancellation);
            await error.WriteLineAsync("measuring one stream ...");
            var (prefill, decode) = await test.AloneAsync(time, cancellation);
            var together = new SortedDictionary<int, double?>();
            foreach (var count in counts)
            {
                await error.WriteLineAsync($"measuring {count} streams ...");
                together[count] = await test.TogetherAsync(count, time, cancellation);
                if (together[count] is null)
                    await error.WriteLineAsync($"freehold: warning: the answers of {count} streams were over before all were being decoded; ask for longer ones (--generate)");
            }
            var figures = new Figures(prefill, decode, together, limits.Probe, open.Work, open.Compute.Threads, open.Compute.Isa.ToString().ToLowerInvariant(), (int)open.Loaded.Activations, test.Guesses, load, load + TimeSpan.FromSeconds(length / cold));
            // A plan is made without knowing how often a draft will be right.
            if (open.Draft is null && !PlanReading.SpeedsOf(opening, open, limits).TryWrite(new MeasuredSpeed(prefill, decode, together.Where(entry => entry.Value > 0).ToDictionary(entry => entry.Key, entry => entry.Value!.Value), SpeedTest.StreamPrompt + answer / 2.0, opening.Clock.GetUtcNow())))
                await error.WriteLineAsync($"freehold: warning: {opening.CacheFolder} cannot be written; freehold plan will not know these figures.");
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await JsonDocumentOutput.WriteAsync(output, document => Write(document, figures));
            else
                await WriteAsync(output, figures, length);
            return ExitCode.Done;
        });
        return command;
    }

    private static int[] Counts(string list)
    {
        var counts = list.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new int[counts.Length];
        for (var i = 0; i < counts.Length; i++)
            if (!int.TryParse(counts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] is < 1 or > 512)
                throw CommandException.Usage($"--streams has '{counts[i]}'; numbers from 1 to 512 such as 1,8,32 are expected");
        return numbers;
    }

    private static void Write(Utf8JsonWriter document, Figures figures)
    {
        document.WriteStartObject();
        document.WriteNumber("prefill_tokens_per_second", figures.Prefill);
        document.WriteNumber("decode_tokens_per_second", figures.Decode);
        document.WriteStartObject("streams");
        foreach (var (count, rate) in figures.Streams)
        {
            document.WritePropertyName(count.ToString(CultureInfo.InvariantCulture));
            if (rate is { } known)
                document.WriteNumberValue(known);
            else
                document.WriteNullValue();
        }
        document.WriteEndObject();
        document.WriteNumber("drafted_tokens", figures.Guesses.Made);
        document.WriteNumber("accepted_drafted_tokens", figures.Guesses.True);
        document.WriteNumber("load_seconds", Math.Round(figures.Load.TotalSeconds, 3));
        document.WriteNumber("cold_first_token_seconds", Math.Round(figures.FirstToken.TotalSeconds, 3));
        document.WriteNumber("share_of_bandwidth", figures.ShareOfBandwidth);
        if (figures.ShareOfPeak is { } share)
            document.WriteNumber("share_of_peak", share);
        else
            document.WriteNull("share_of_peak");
        document.WriteStartObject("machine");
        document.WriteString("isa", figures.Isa);
        document.WriteNumber("threads", figures.Threads);
        document.WriteNumber("activations", figures.Activations);
        document.WriteNumber("bytes_per_second", figures.Machine.BytesPerSecond);
        document.WriteNumber("int8_operations_per_second", figures.Machine.Peak?.OperationsPerSecond ?? 0);
        document.WriteString("int8_instruction", figures.Machine.Peak?.Instruction ?? "none");
        document.WriteString("int8_derivation", figures.Machine.Peak?.Derivation);
        document.WriteBoolean("disturbed", figures.Machine.WasDisturbed);
        document.WriteEndObject();
        document.WriteEndObject();
    }

    private static async Task WriteAsync(TextWriter output, Figures figures, int prompt)
    {
        string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
        await output.WriteLineAsync(Line($"prefill of {prompt}   {figures.Prefill,10:0.0} tokens/s   {(figures.ShareOfPeak is { } share ? share.ToString("P1", CultureInfo.InvariantCulture) : "unknown share")} of the arithmetic peak"));
        await output.WriteLineAsync(Line($"decode, alone    {figures.Decode,10:0.0} tokens/s   {figures.ShareOfBandwidth:P1} of the memory bandwidth"));
        foreach (var (count, rate) in figures.Streams)
            await output.WriteLineAsync(rate is null ? Line($"{count,3} streams, in all not measured") : Line($"{count,3} streams, in all {rate,7:0.0} tokens/s"));
        if (figures.Guesses is ( > 0, _) guesses)
            await output.WriteLineAsync(Line($"guessed ahead    {guesses.Made,10} tokens     {(double)guesses.True / guesses.Made:P1} came true"));
        await output.WriteLineAsync(Line($"loading          {figures.Load.TotalSeconds,10:0.00} s          first token of a prompt of {prompt} after {figures.FirstToken.TotalSeconds:0.00} s"));
        await output.WriteLineAsync(Line($"machine: {figures.Isa}, {figures.Threads} threads, activations {figures.Activations}, {(figures.Machine.WasDisturbed ? "measured while others were in the way, so at least " : "")}{figures.Machine.BytesPerSecond / 1e9:0.0} GB/s, {(figures.Machine.Peak is { } peak ? Line($"{peak.OperationsPerSecond / 1e12:0.00} TOPS int8 by {peak.Instruction}{(peak.Derivation is null ? "" : $" (expected: {peak.Derivation})")}") : "int8 peak unknown")}"));
    }
}
