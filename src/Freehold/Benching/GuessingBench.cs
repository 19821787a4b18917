using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Commands;
using Freehold.Engine;
using Freehold.Hosting;

namespace Freehold.Benching;

/// <summary><c>freehold bench MODEL --speculation</c>: what steps of several rows cost here, and what guessing ahead wins.</summary>
internal static class GuessingBench
{
    private const int MostRows = 16;

    /// <summary>Measures and writes.</summary>
    /// <param name="open">The model.</param>
    /// <param name="prompt">Tokens of the random prompt.</param>
    /// <param name="generate">Tokens of answers at most.</param>
    /// <param name="text">A text that the model is asked to repeat; null for none.</param>
    /// <param name="time">How long each figure is measured at least.</param>
    /// <param name="output">The result.</param>
    /// <param name="json">As one JSON document.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(OpenModel open, int prompt, int generate, string? text, TimeSpan time, TextWriter output, bool json, CancellationToken cancellationToken)
    {
        var steps = StepTest.Measure(open.Loaded.Causal!, MostRows, time, cancellationToken);
        var draftSteps = open.Draft?.Loaded.Causal is { } draft ? StepTest.Measure(draft, 1, time, cancellationToken) : [];
        using var engine = open.StartEngine(new() { MaxStreams = 4 });
        var test = new GuessingTest(engine);
        var ids = Random(prompt, open.Loaded.Shape.VocabularySize);
        var gains = new List<(string Name, GuessingTest.Gain Gain)>
        {
            ("predicted", await test.MeasureAsync(ids, generate, isPredicted: true, endless: true, temperature: 0, time, cancellationToken)),
            ("random_prompt", await test.MeasureAsync(ids, generate, isPredicted: false, endless: true, temperature: 0, time, cancellationToken)),
        };
        if (text is not null)
        {
            if (Asking(open, engine, text) is { } asking)
                gains.Add(("repeating", await test.MeasureAsync(asking, generate, isPredicted: false, endless: false, temperature: 0, time, cancellationToken)));
            gains.Add(("quoting", await test.MeasureAsync(Quoting(open, text), generate, isPredicted: false, endless: false, temperature: 0, time, cancellationToken)));
            gains.Add(("writing", await test.MeasureAsync(open.Loaded.Tokenizer.Encode(text[..Math.Min(text.Length, 400)]), generate, isPredicted: false, endless: true, temperature: 1, time, cancellationToken)));
        }
        if (json)
            await JsonDocumentOutput.WriteAsync(output, document => Write(document, steps, draftSteps, gains));
        else
            await WriteAsync(output, steps, draftSteps, gains);
    }

    private static int[] Random(int length, int vocabulary)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))];
    }

    /// <summary>The model is asked to repeat the text; null for one without a chat template.</summary>
    private static IReadOnlyList<int>? Asking(OpenModel open, InferenceEngine engine, string text)
    {
        if (engine.Model.Render is not { } render)
            return null;
        var message = new JsonObject { ["role"] = "user", ["content"] = $"Repeat the following text word for word, and nothing else.\n\n{text}" };
        return open.Loaded.Tokenizer.Encode(render(new JsonObject { ["messages"] = new JsonArray(message), ["add_generation_prompt"] = true }));
    }

    /// <summary>The text twice, and its beginning again: what extraction and editing are where they go well, and small models can do it too.</summary>
    private static IReadOnlyList<int> Quoting(OpenModel open, string text) =>
        open.Loaded.Tokenizer.Encode($"{text}\n\n{text}\n\n{text[..Math.Min(text.Length, 40)]}");

    private static void Write(Utf8JsonWriter document, double[] steps, double[] draftSteps, List<(string Name, GuessingTest.Gain Gain)> gains)
    {
        document.WriteStartObject();
        document.WriteStartArray("step_milliseconds");
        foreach (var seconds in steps)
            document.WriteNumberValue(Math.Round(seconds * 1000, 3));
        document.WriteEndArray();
        if (draftSteps.Length > 0)
            document.WriteNumber("draft_step_milliseconds", Math.Round(draftSteps[0] * 1000, 3));
        foreach (var (name, gain) in gains)
        {
            document.WriteStartObject(name);
            document.WriteNumber("without", Math.Round(gain.Without, 2));
            document.WriteNumber("with", Math.Round(gain.With, 2));
            document.WriteNumber("ratio", Math.Round(gain.Ratio, 3));
            document.WriteNumber("lowest", Math.Round(gain.Lowest, 3));
            document.WriteNumber("highest", Math.Round(gain.Highest, 3));
            document.WriteNumber("processor_time_ratio", Math.Round(gain.ProcessorRatio, 3));
            document.WriteNumber("rounds", gain.Rounds);
            document.WriteNumber("tokens", gain.Usage.GeneratedTokens);
            document.WriteNumber("drafted_tokens", gain.Usage.DraftedTokens);
            document.WriteNumber("accepted_drafted_tokens", gain.Usage.AcceptedTokens);
            document.WriteNumber("by_draft_model", gain.Usage.ModelDraftedTokens);
            document.WriteNumber("by_draft_model_accepted", gain.Usage.AcceptedModelDraftedTokens);
            document.WriteEndObject();
        }
        document.WriteEndObject();
    }

    private static async Task WriteAsync(TextWriter output, double[] steps, double[] draftSteps, List<(string Name, GuessingTest.Gain Gain)> gains)
    {
        string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
        await output.WriteLineAsync("rows of a step, and its time relative to that of one:");
        await output.WriteLineAsync("  " + string.Join("  ", steps.Select((seconds, i) => Line($"{i + 1}: {seconds / steps[0]:0.00}"))));
        if (draftSteps.Length > 0)
            await output.WriteLineAsync(Line($"a step of the draft: {draftSteps[0] / steps[0]:0.00}"));
        foreach (var (name, gain) in gains)
            await output.WriteLineAsync(Line($"{name,-13} {gain.Without,7:0.0} tokens/s without, {gain.With,7:0.0} with guesses: {gain.Ratio:0.00}x ({gain.Lowest:0.00} to {gain.Highest:0.00}, {gain.Rounds} rounds; {gain.ProcessorRatio:0.00}x by processor time); of {gain.Usage.DraftedTokens} guesses {gain.Usage.AcceptedTokens} came true in {gain.Usage.GeneratedTokens} tokens"));
    }
}
