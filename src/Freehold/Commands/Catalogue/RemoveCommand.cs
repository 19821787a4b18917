using System.CommandLine;
using Freehold.Catalog;
using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Hosting;
using Freehold.Models.Packing;

namespace Freehold.Commands.Catalogue;

/// <summary><c>freehold rm NAME...</c>: takes names out of the catalogue, and their bytes where nobody else uses them; <c>--unused</c> takes what no name uses.</summary>
internal static class RemoveCommand
{
    public static Command Create(CatalogueContext context)
    {
        var names = new Argument<string[]>("NAME") { Description = "Names in the catalogue.", Arity = ArgumentArity.ZeroOrMore };
        var unused = new Option<bool>("--unused") { Description = "Also remove what interrupted pulls and imports left, except what another process is fetching now." };
        var packed = new Option<bool>("--packed") { Description = "Also remove all packed weights; a model's next start makes its own again." };
        var json = CommonOptions.Json();
        var command = new Command("rm", "Remove models from the catalogue; files of your own are never touched.") { names, unused, packed, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(names) is not { Length: > 0 } && !result.GetValue(unused) && !result.GetValue(packed))
                result.AddError("Name a model to remove, or give --unused or --packed.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var store = context.Store(context.Settings());
            var output = parsed.InvocationConfiguration.Output;
            // All names are found before the first is removed: a slip in one changes nothing.
            var found = parsed.GetValue(names)!.Select(n => Find(store, context, n)).Distinct().ToList();
            var removed = new List<Removal>();
            foreach (var name in found)
            {
                var removal = await store.RemoveAsync(name, cancellation);
                removed.Add(removal);
                if (!parsed.GetValue(json))
                    await output.WriteLineAsync($"removed {removal.Name}, {ByteSize.Text(removal.FreedBytes)} freed");
            }
            var collected = parsed.GetValue(unused) ? await new UnusedFiles(store).RemoveAsync(cancellation) : null;
            if (collected is not null && !parsed.GetValue(json))
                await output.WriteLineAsync(Told(collected));
            var packs = parsed.GetValue(packed) ? PackFolder.Clear(PackedModels.PathOf(context.Settings())) : (Files: 0, Bytes: 0L);
            if (parsed.GetValue(packed) && !parsed.GetValue(json))
                await output.WriteLineAsync($"removed packed weights of {packs.Files} models, {ByteSize.Text(packs.Bytes)} freed");
            if (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteStartArray("removed");
                    foreach (var removal in removed)
                    {
                        document.WriteStartObject();
                        document.WriteString("name", removal.Name);
                        document.WriteNumber("freed", removal.FreedBytes);
                        document.WriteEndObject();
                    }
                    document.WriteEndArray();
                    if (collected is not null)
                    {
                        document.WriteStartObject("unused");
                        document.WriteNumber("downloads", collected.Downloads);
                        document.WriteNumber("files", collected.Files);
                        document.WriteNumber("freed", collected.FreedBytes);
                        document.WriteNumber("busy", collected.Busy);
                        document.WriteEndObject();
                    }
                    if (parsed.GetValue(packed))
                    {
                        document.WriteStartObject("packed");
                        document.WriteNumber("files", packs.Files);
                        document.WriteNumber("freed", packs.Bytes);
                        document.WriteEndObject();
                    }
                    document.WriteEndObject();
                });
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static string Told(UnusedRemoval collected)
    {
        var busy = collected.Busy == 0 ? "" : $"; {collected.Busy} downloads are under way, they and files without a name were left alone";
        return collected.Downloads + collected.Files == 0
            ? $"nothing is unused{busy}"
            : $"removed {collected.Downloads} interrupted downloads ({ByteSize.Text(collected.DownloadBytes)}) and {collected.Files} files without a name ({ByteSize.Text(collected.FileBytes)}){busy}";
    }

    private static ModelName Find(CatalogStore store, CatalogueContext context, string text)
    {
        var name = ModelName.Parse(text);
        if (store.Find(name) is not null)
            return name;
        // A part of a name finds it as elsewhere, but only among stored models.
        var model = new ModelResolver(store, [], null, null).Resolve(text);
        return model.Manifest is { } manifest
            ? ModelName.Parse(manifest.Name)
            : throw new CatalogException(CatalogFailure.Usage, $"'{text}' is a file of your own; rm removes names of the catalogue");
    }
}
