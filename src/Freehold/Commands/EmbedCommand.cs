using System.CommandLine;
using System.Globalization;
using Freehold.Engine.Embeddings;
using Freehold.Hosting;

namespace Freehold.Commands;

/// <summary><c>freehold embed MODEL TEXT...</c>: a vector a text.</summary>
internal static class EmbedCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = TextInput.Model();
        var texts = new Argument<string[]>("TEXT") { Description = "The texts.", Arity = ArgumentArity.ZeroOrMore };
        var file = TextInput.FileOption("Take a text a line from this file (- for standard input).");
        var json = CommonOptions.Json();
        var command = new Command("embed", "Turn texts into vectors.") { model, texts, file };
        var settings = new ModelSettingsOptions(command, streams: false, generates: false);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var inputs = await InputsAsync(parsed.GetValue(texts)!, parsed.GetValue(file), cancellation);
            var chosen = settings.Read(parsed, opening);
            using var open = ModelOpening.Load(opening.Resolve(parsed.GetValue(model)!, settings.Folders(parsed), chosen.Pack), chosen);
            var encoder = open.Loaded.Embedding ?? throw CommandException.Refused($"{open.Name} {(open.Loaded.Ranking is null ? "generates text" : "ranks documents")} and gives no embeddings; take an encoder such as all-MiniLM-L6-v2");
            using var generator = new EngineEmbeddingGenerator(open.Name, encoder, open.Loaded.Tokenizer);
            var vectors = await generator.GenerateAsync(inputs, null, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteStartArray("vectors");
                    foreach (var vector in vectors)
                    {
                        document.WriteStartArray();
                        foreach (var value in vector.Vector.Span)
                            document.WriteNumberValue(value);
                        document.WriteEndArray();
                    }
                    document.WriteEndArray();
                    document.WriteEndObject();
                });
            else
                foreach (var vector in vectors)
                    await output.WriteLineAsync(string.Join(' ', vector.Vector.ToArray().Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<string[]> InputsAsync(string[] texts, string? file, CancellationToken cancellationToken)
    {
        if (texts.Length > 0)
            return file is null ? texts : throw CommandException.Usage("TEXT and --file exclude each other; give one");
        if (file is null)
            throw CommandException.Usage("give TEXT, or --file");
        var lines = (await TextInput.ReadAsync(file, cancellationToken)).ReplaceLineEndings("\n").Split('\n');
        if (lines.Length > 0 && lines[^1].Length == 0)
            lines = lines[..^1]; // the end of the last line begins no further text
        return lines.Length > 0 ? lines : throw CommandException.Usage($"{file} has no lines");
    }
}
