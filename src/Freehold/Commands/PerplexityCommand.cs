using System.CommandLine;
using System.Globalization;
using Freehold.Hosting;
using Freehold.Scoring;

namespace Freehold.Commands;

/// <summary><c>freehold perplexity MODEL FILE</c>.</summary>
internal static class PerplexityCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = TextInput.Model();
        var file = new Argument<string>("FILE") { Description = "The text (- for standard input)." };
        var window = CommonOptions.Bounded("--window", "Tokens a window; 512 unless given. Each is scored from its second token; what is left at the end is not scored.", 2, int.MaxValue);
        var json = CommonOptions.Json();
        var command = new Command("perplexity", "Measure how well a model predicts a text.") { model, file, window };
        var settings = new ModelSettingsOptions(command, streams: false);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var text = await TextInput.ReadAsync(parsed.GetValue(file)!, cancellation);
            var chosen = settings.Read(parsed, opening);
            using var open = ModelOpening.Load(opening.Resolve(parsed.GetValue(model)!, settings.Folders(parsed), chosen.Pack), chosen);
            var causal = LogprobsCommand.Generating(open);
            var size = parsed.GetValue(window) ?? 512;
            var tokens = open.Loaded.Tokenizer.Encode(text).ToArray();
            if (size > causal.Shape.ContextLength)
                throw CommandException.Refused($"the window is {size} tokens; the model was trained for {causal.Shape.ContextLength}");
            if (tokens.Length < size)
                throw CommandException.Refused($"the text has {tokens.Length} tokens and the window {size}; give a longer text or a smaller --window");
            var result = Perplexity.Of(causal, tokens, size, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteNumber("perplexity", result.Value);
                    document.WriteNumber("scored", result.Scored);
                    document.WriteNumber("accuracy", result.Accuracy);
                    document.WriteEndObject();
                });
            else
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"perplexity {result.Value:0.0000} over {result.Scored} tokens, of which {100 * result.Accuracy:0.00} % were thought likeliest"));
            return ExitCode.Done;
        });
        return command;
    }
}
