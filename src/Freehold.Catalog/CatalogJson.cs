using System.Text.Json;
using System.Text.Json.Serialization;
using Freehold.Catalog.Names;
using Freehold.Catalog.Store;

namespace Freehold.Catalog;

/// <summary>Compiled (reflection-free) JSON for every document this room reads and writes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(CatalogConfig))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(StoreIndex))]
[JsonSerializable(typeof(ModelAlias[]))]
[JsonSerializable(typeof(Bundles.BundleDocument))]
[JsonSerializable(typeof(Sources.HubEntry[]))]
[JsonSerializable(typeof(Downloads.PartHeader))]
[JsonSerializable(typeof(Downloads.PartNote))]
internal sealed partial class CatalogJson : JsonSerializerContext;
