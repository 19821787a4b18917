using System.CommandLine;
using System.Globalization;
using Freehold.Hosting;
using Freehold.Models.Tokenizers;

namespace Freehold.Commands;

/// <summary><c>freehold tokenize MODEL TEXT</c>: a text's token ids. Takes files that hold a vocabulary alone.</summary>
internal static class TokenizeCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = TextInput.Model();
        var text = new Argument<string?>("TEXT") { Description = "The text.", Arity = ArgumentArity.ZeroOrOne };
        var file = TextInput.FileOption("Take the whole of this file (- for standard input).");
        var special = TextInput.Special();
        var noBos = TextInput.NoBos();
        var models = CommonOptions.Models();
        var json = CommonOptions.Json();
        var command = new Command("tokenize", "Turn a text into a model's token ids.") { model, text, file, special, noBos, models, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var content = await TextInput.OneOfAsync(parsed.GetValue(text), parsed.GetValue(file), "TEXT", cancellation);
            using var source = ModelOpening.OpenFile(opening.Resolve(parsed.GetValue(model)!, parsed.GetValue(models)));
            var tokenizer = TokenizerFactory.Create(source.Metadata);
            var ids = tokenizer.Encode(content, parsed.GetValue(special), addSpecial: !parsed.GetValue(noBos));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteStartArray("ids");
                    foreach (var id in ids)
                        document.WriteNumberValue(id);
                    document.WriteEndArray();
                    document.WriteStartArray("pieces");
                    foreach (var id in ids)
                        document.WriteStringValue(tokenizer.Piece(id));
                    document.WriteEndArray();
                    document.WriteEndObject();
                });
            else
                foreach (var id in ids)
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{id}\t{tokenizer.Piece(id).ReplaceLineEndings("\\n")}"));
            return ExitCode.Done;
        });
        return command;
    }
}
