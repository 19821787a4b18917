using Freehold.Catalog.Store;

namespace Freehold.Catalog.Resolution;

/// <summary>Hashes a model again and compares with what was written down when it came.</summary>
public static class ModelVerifier
{
    /// <summary>Reads every byte of a model of the catalogue or of a bundle.</summary>
    /// <exception cref="CatalogException">It is damaged, or lies where nothing says what its hash should be.</exception>
    public static async Task VerifyAsync(ResolvedModel model, CatalogStore store, TransferReport report, CancellationToken cancellation)
    {
        if (model.Place == ModelPlace.Bundle)
        {
            await VerifyAsync(model.Name, model.Path, model.Offset, model.Length!.Value, model.Sha256!, "copy the executable again from where it came", report, cancellation).ConfigureAwait(false);
            return;
        }
        if (model.Manifest is not { } manifest)
            throw CatalogException.Refused($"{model.Path} is a file of your own and nothing says what its SHA-256 should be; freehold import writes it down");
        foreach (var file in manifest.Files)
            await VerifyAsync($"{file.Path} of {model.Name}", store.Layout.Blob(file.Digest), 0, file.Size, file.Sha256, $"freehold rm {model.Name}, then pull or import it again", report, cancellation).ConfigureAwait(false);
    }

    private static async Task VerifyAsync(string what, string path, long offset, long length, string expected, string next, TransferReport report, CancellationToken cancellation)
    {
        report.Begin(what, length, 0, TransferPhase.Verifying);
        Sha256Digest came;
        try
        {
            came = await FileHash.OfAsync(path, offset, length, report.Advance, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"reading {what}", path);
        }
        if (!came.Hex.Equals(expected, StringComparison.OrdinalIgnoreCase))
            throw CatalogException.Failed($"{what} is damaged: it has SHA-256 {came.Hex} and should have {expected}; {next}");
    }
}
