using System.Globalization;
using Freehold.Catalog;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;

namespace Freehold.Lifecycle;

/// <summary>What tells one state of a model's files from another: their contents where these are known, else their lengths and times of change.</summary>
internal static class FileVersion
{
    /// <summary>The version now; null where the files are gone or incomplete.</summary>
    public static string? Of(ResolvedModel model)
    {
        if (model.Manifest is { } manifest)
            return string.Join('+', manifest.Files.Select(file => file.Sha256));
        if (model.Length is not null)
            return model.Sha256 ?? "bundled"; // inside the running program
        try
        {
            return ModelFiles.At(model.Path) is { } files
                ? string.Join('+', files.Files.Select(file => new FileInfo(file.FullPath)).Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Length}@{file.LastWriteTimeUtc.Ticks}")))
                : null;
        }
        catch (Exception e) when (e is CatalogException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
