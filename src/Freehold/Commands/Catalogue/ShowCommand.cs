using System.CommandLine;
using System.Globalization;
using Freehold.Catalog;
using Freehold.Catalog.Resolution;
using Freehold.Models.Architectures;

namespace Freehold.Commands.Catalogue;

/// <summary><c>freehold show MODEL</c>: what a model is, and what it needs to run here.</summary>
internal static class ShowCommand
{
    public static Command Create(CatalogueContext context)
    {
        var name = new Argument<string>("MODEL") { Description = "A path or a catalogue name." };
        var models = CommonOptions.Models();
        var verify = new Option<bool>("--verify") { Description = "Hash the whole model first and compare with what was written down when it came." };
        var json = CommonOptions.Json();
        var command = new Command("show", "Show what a model is and what it needs to run here.") { name, models, verify, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var model = context.Resolver(parsed.GetValue(models)).Resolve(parsed.GetValue(name)!);
            if (parsed.GetValue(verify))
            {
                using var console = new TransferConsole(parsed.InvocationConfiguration.Error, context.DrawsProgress, context.Time);
                await ModelVerifier.VerifyAsync(model, context.Store(context.Settings()), console, cancellation);
            }
            var summary = ModelSummary.Read(model);
            // What this process may use: a container's limit counts, not the machine's.
            var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            var perThousand = summary.KvBytesPerToken * 1000;
            var fits = model.Bytes < memory;
            long? room = fits && summary.KvBytesPerToken is > 0 and var perToken ? (memory - model.Bytes) / perToken : null;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteString("name", model.Name);
                    document.WriteString("title", summary.Title);
                    document.WriteString("place", ListCommand.PlaceOf(model));
                    document.WriteString("path", model.Path);
                    document.WriteString("format", model.Format);
                    document.WriteString("architecture", summary.Architecture);
                    document.WriteString("kind", summary.Kind is { } kind ? ModelSummary.Word(kind) : null);
                    document.WriteNumber("parameters", summary.Parameters);
                    document.WriteNumber("size", model.Bytes);
                    document.WriteString("quantisation", summary.Quantisation);
                    WriteNumber(document, "context", summary.Context);
                    document.WriteString("licence", summary.Licence);
                    document.WriteBoolean("chat_template", summary.HasTemplate);
                    document.WriteString("template", summary.Template);
                    document.WriteString("sha256", model.Sha256);
                    if (parsed.GetValue(verify))
                        document.WriteBoolean("verified", true);
                    document.WriteString("source", model.Manifest?.Source);
                    document.WriteStartObject("needs");
                    document.WriteNumber("weights", model.Bytes);
                    WriteNumber(document, "kv_per_1000_tokens", perThousand);
                    document.WriteNumber("memory_here", memory);
                    document.WriteBoolean("fits", fits);
                    WriteNumber(document, "tokens_that_fit", room);
                    document.WriteEndObject();
                    document.WriteEndObject();
                });
                return ExitCode.Done;
            }
            (string, string)[] lines =
            [
                ("name", model.Name + (summary.Title is null ? "" : $" ({summary.Title})")),
                ("where", $"{ListCommand.PlaceOf(model)}: {model.Path}{(model.Length is null ? "" : $" from byte {model.Offset.ToString(CultureInfo.InvariantCulture)}")}"),
                ("from", model.Manifest?.Source ?? "-"),
                ("architecture", summary.Architecture),
                ("does", summary.Kind switch
                {
                    ModelKind.Generates => "generates text",
                    ModelKind.Embeds => "gives embeddings, and ranks by them",
                    ModelKind.Ranks => "ranks documents (a cross-encoder)",
                    _ => "nothing here: it is of a kind that is not run",
                }),
                ("parameters", ModelSummary.Count(summary.Parameters)),
                ("size", $"{ByteSize.Text(model.Bytes)}, {summary.Quantisation}"),
                ("context", summary.Context is { } context1 ? $"{context1.ToString(CultureInfo.InvariantCulture)} tokens" : "not said"),
                ("licence", summary.Licence ?? "not said in the file"),
                ("chat template", summary.HasTemplate ? summary.Template ?? "yes" : "none"),
                ("sha256", (model.Sha256 ?? "-") + (parsed.GetValue(verify) ? ", verified" : "")),
                ("needs", $"{ByteSize.Text(model.Bytes)} for weights{(perThousand is { } kv ? $", {ByteSize.Text(kv)} for every 1,000 tokens" : "")}"),
                ("here", Here(memory, fits, room)),
            ];
            foreach (var (key, value) in lines)
                await output.WriteLineAsync($"{key,-14} {value}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Here(long memory, bool fits, long? room) =>
        !fits ? $"does not fit: this process may use {ByteSize.Text(memory)}"
            : $"fits: this process may use {ByteSize.Text(memory)}{(room is { } tokens ? $", room for {tokens.ToString("N0", CultureInfo.InvariantCulture)} tokens in all conversations together" : "")}";

    private static void WriteNumber(System.Text.Json.Utf8JsonWriter document, string name, long? value)
    {
        if (value is { } number)
            document.WriteNumber(name, number);
        else
            document.WriteNull(name);
    }
}
