using System.CommandLine;
using Freehold.Catalog;
using Freehold.Catalog.Names;
using Freehold.Catalog.Store;

namespace Freehold.Commands.Catalogue;

/// <summary><c>freehold import FILE</c>: takes a model file of this machine into the catalogue, without copying where that can be.</summary>
internal static class ImportCommand
{
    public static Command Create(CatalogueContext context)
    {
        var path = new Argument<string>("FILE") { Description = "A GGUF file (of a split, any part), or a folder with config.json and *.safetensors." };
        var named = CatalogueCommands.As();
        var copy = new Option<bool>("--copy") { Description = "Copy always. Otherwise the bytes are shared with the file where the disk can, and the file must not be changed in place." };
        var json = CommonOptions.Json();
        var command = new Command("import", "Take a model file of this machine into the catalogue.") { path, named, copy, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var store = context.Store(context.Settings());
            ImportResult result;
            using (var console = new TransferConsole(parsed.InvocationConfiguration.Error, context.DrawsProgress, context.Time))
            {
                result = await new Importer(store).ImportAsync(
                    parsed.GetValue(path)!, parsed.GetValue(named) is { } name ? ModelName.Parse(name) : null, null, parsed.GetValue(copy), null, console, cancellation);
            }
            var manifest = await StoredModel.DescribeAsync(store, result.Manifest, parsed.InvocationConfiguration.Error, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            var how = result.Placement switch
            {
                Placement.Present => "present",
                Placement.Cloned => "cloned",
                Placement.Linked => "linked",
                _ => "copied",
            };
            if (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    StoredModel.WriteFields(document, manifest);
                    document.WriteString("placement", how);
                    document.WriteEndObject();
                });
            }
            else
            {
                await output.WriteLineAsync($"{manifest.Name}: {ByteSize.Text(manifest.Size)}, {how}{(result.Placement == Placement.Linked ? " (do not change the file in place; --copy makes it independent)" : "")}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
