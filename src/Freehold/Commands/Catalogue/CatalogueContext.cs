using Freehold.Catalog;
using Freehold.Catalog.Bundles;
using Freehold.Catalog.Downloads;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;

namespace Freehold.Commands.Catalogue;

/// <summary>What the catalogue's commands are made of; tests put their own in its place.</summary>
internal sealed record CatalogueContext
{
    /// <summary>Gives an environment variable, or null.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Tells how much room disks have.</summary>
    public IFreeSpace FreeSpace { get; init; } = new SystemFreeSpace();

    /// <summary>Makes the network's transport, which only <c>pull</c> ever does; null for the system's.</summary>
    public Func<HttpMessageHandler>? Transport { get; init; }

    /// <summary>The running executable, which may be a bundle.</summary>
    public string? Executable { get; init; } = System.Environment.ProcessPath;

    /// <summary>The program's folder, beside which its own models lie.</summary>
    public string BaseFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>True where a person watches standard error: progress is drawn there and nowhere else.</summary>
    public bool DrawsProgress { get; init; } = !Console.IsErrorRedirected;

    /// <summary>Reads the settings. Nothing else here depends on them, so that <c>--help</c> works whatever they say.</summary>
    public CatalogSettings Settings() => CatalogSettings.Read(Environment);

    /// <summary>Opens the store.</summary>
    public CatalogStore Store(CatalogSettings settings) => new(settings.Home, Time, FreeSpace);

    /// <summary>Makes the resolver of names.</summary>
    /// <param name="folders">The folders of <c>--models</c>, which go before <c>FREEHOLD_MODELS</c>.</param>
    public ModelResolver Resolver(IReadOnlyList<string>? folders)
    {
        var settings = Settings();
        foreach (var folder in folders ?? [])
        {
            if (!Directory.Exists(folder))
                throw new CatalogException(CatalogFailure.NotFound, $"--models names {Path.GetFullPath(folder)}, and there is no such folder");
        }
        return new ModelResolver(Store(settings), [.. folders ?? [], .. settings.ModelFolders], EmbeddedModels.Folder(BaseFolder), BundleReader.Open(Executable));
    }

    /// <summary>The exit code of a failure of the catalogue.</summary>
    public static int ExitCodeOf(CatalogException failure) => failure.Failure switch
    {
        CatalogFailure.Usage => ExitCode.Usage,
        CatalogFailure.NotFound => ExitCode.NotFound,
        CatalogFailure.Refused => ExitCode.Refused,
        _ => ExitCode.Failed,
    };
}
