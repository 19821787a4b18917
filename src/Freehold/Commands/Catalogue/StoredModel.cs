using System.Text.Json;
using Freehold.Catalog;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Models.Files;

namespace Freehold.Commands.Catalogue;

/// <summary>A stored model as the commands show it.</summary>
internal static class StoredModel
{
    /// <summary>Reads the model's header and notes in the catalogue what it says. A model that cannot be opened stays, and the person is told.</summary>
    public static async Task<Manifest> DescribeAsync(CatalogStore store, Manifest manifest, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            var model = new ResolvedModel(manifest.Name, store.PathOf(manifest), manifest.Format, ModelPlace.Catalogue, manifest.Size);
            return await store.AnnotateAsync(manifest, ModelSummary.Read(model).Labels(), cancellation);
        }
        catch (ModelFormatException e)
        {
            await error.WriteLineAsync($"note: {manifest.Name} is stored as it came, and cannot be opened here: {e.Message}");
            return manifest;
        }
    }

    /// <summary>Writes what pull, import and list have in common.</summary>
    public static void WriteFields(Utf8JsonWriter json, Manifest manifest)
    {
        json.WriteString("name", manifest.Name);
        json.WriteString("format", manifest.Format);
        json.WriteNumber("size", manifest.Size);
        json.WriteString("quantisation", Label(manifest, "quantisation"));
        json.WriteString("architecture", Label(manifest, "architecture"));
        json.WriteString("kind", Label(manifest, "kind"));
        json.WriteString("source", manifest.Source);
        json.WriteString("added", manifest.Added);
        json.WriteStartArray("files");
        foreach (var file in manifest.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>A note of the catalogue, or null.</summary>
    public static string? Label(Manifest manifest, string key) => manifest.Labels?.GetValueOrDefault(key);
}
