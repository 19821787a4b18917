using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;

namespace Freehold.Catalog.Sources;

/// <summary>What a pull will bring, known before its first byte.</summary>
/// <param name="Name">The name it gets.</param>
/// <param name="Format">The kind of model, or null where only its content tells.</param>
/// <param name="Source">Where from, for the record.</param>
/// <param name="Files">Its files.</param>
/// <param name="Why">Why these files, where something was chosen.</param>
internal sealed record PullPlan(ModelName Name, string? Format, string Source, IReadOnlyList<RemoteFile> Files, string? Why)
{
    /// <summary>What the source noted about the model.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
