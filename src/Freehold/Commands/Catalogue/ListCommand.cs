using System.CommandLine;
using System.Globalization;
using Freehold.Catalog;
using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;
using Freehold.Hosting;
using Freehold.Models.Files;
using Freehold.Models.Packing;

namespace Freehold.Commands.Catalogue;

/// <summary><c>freehold list</c>: every model that a name finds, wherever it lies.</summary>
internal static class ListCommand
{
    public static Command Create(CatalogueContext context)
    {
        var models = CommonOptions.Models();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the models of this machine.") { models, json };
        command.SetAction(async (parsed, _) =>
        {
            var found = context.Resolver(parsed.GetValue(models)).ListAvailable();
            foreach (var fault in context.Store(context.Settings()).List().Faults)
                await parsed.InvocationConfiguration.Error.WriteLineAsync("note: " + fault);
            var output = parsed.InvocationConfiguration.Output;
            var folder = PackedModels.PathOf(context.Settings());
            var packs = PackFolder.List(folder);
            if (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteStartArray("models");
                    foreach (var model in found)
                    {
                        document.WriteStartObject();
                        document.WriteString("place", PlaceOf(model));
                        if (model.Manifest is { } manifest)
                        {
                            StoredModel.WriteFields(document, manifest);
                        }
                        else
                        {
                            document.WriteString("name", model.Name);
                            document.WriteString("format", model.Format);
                            document.WriteNumber("size", model.Bytes);
                            document.WriteString("quantisation", QuantisationOf(model));
                            document.WriteString("kind", KindOf(model));
                            document.WriteString("source", model.Path);
                        }
                        document.WriteEndObject();
                    }
                    document.WriteEndArray();
                    document.WriteStartObject("packed");
                    document.WriteString("folder", folder);
                    document.WriteNumber("files", packs.Count);
                    document.WriteNumber("bytes", packs.Sum(pack => pack.Length));
                    foreach (var kind in packs.GroupBy(PackFolder.LossOf).Where(kind => kind.Key is not null))
                        document.WriteNumber(kind.Key!, kind.Count());
                    document.WriteEndObject();
                    document.WriteEndObject();
                });
            }
            else if (found.Count == 0)
            {
                await output.WriteLineAsync("No models yet. freehold pull hf:owner/repo brings one.");
            }
            else
            {
                await WriteTableAsync(output, found);
            }
            if (packs.Count > 0 && !parsed.GetValue(json))
                await output.WriteLineAsync($"Packed weights of {packs.Count} models take {ByteSize.Text(packs.Sum(pack => pack.Length))} in {folder}{string.Concat(packs.GroupBy(PackFolder.LossOf).Where(kind => kind.Key is not null).Select(kind => $", {kind.Count()} of them rounded to {kind.Key}"))}; freehold rm --packed removes them.");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteTableAsync(TextWriter output, IReadOnlyList<ResolvedModel> models)
    {
        string[][] rows =
        [
            ["NAME", "SIZE", "QUANTISATION", "DOES", "WHEN", "WHERE FROM"],
            .. models.Select(m => new[]
            {
                m.Name, ByteSize.Text(m.Bytes), QuantisationOf(m) ?? "-", KindOf(m) ?? "-",
                m.Manifest?.Added.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-",
                m.Manifest?.Source ?? $"{PlaceOf(m)}: {m.Path}",
            }),
        ];
        var widths = Enumerable.Range(0, 6).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
            await output.WriteLineAsync(string.Join("  ", row.Select((cell, c) => c == 1 ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd());
    }

    private static string? QuantisationOf(ResolvedModel model) =>
        model.Manifest is { } manifest ? StoredModel.Label(manifest, "quantisation") ?? Quantisation.FromFileName(manifest.Files[0].Path)
            : Quantisation.FromFileName(model.Place == ModelPlace.Bundle ? model.Name.Replace(':', '-') : Path.GetFileName(model.Path));

    // The catalogue has noted it; of other files the header says it, where it can be read.
    private static string? KindOf(ResolvedModel model)
    {
        if (model.Manifest is { } manifest)
            return StoredModel.Label(manifest, "kind");
        try
        {
            return ModelSummary.Read(model).Kind is { } kind ? ModelSummary.Word(kind) : null;
        }
        catch (Exception e) when (e is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static string PlaceOf(ResolvedModel model) => model.Place switch
    {
        ModelPlace.Catalogue => "catalogue",
        ModelPlace.Folder => "folder",
        ModelPlace.Embedded => "embedded",
        ModelPlace.Bundle => "bundle",
        _ => "path",
    };
}
