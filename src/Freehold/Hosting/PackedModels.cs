using Freehold.Catalog;
using Freehold.Models.Packing;

namespace Freehold.Hosting;

/// <summary>Where this user's packed weights lie, and how a person sees them being made.</summary>
internal static class PackedModels
{
    /// <summary>The folder of packs below a store's home.</summary>
    public static string PathOf(CatalogSettings settings) => Path.Combine(settings.Home, "packed");

    /// <summary>The folder to use; null where this user has no store.</summary>
    /// <param name="environment">Gives an environment variable's value, or null.</param>
    /// <param name="terminal">Where a person watches; null for nobody.</param>
    /// <param name="watch">Also told how far packing is.</param>
    public static PackFolder? Folder(Func<string, string?> environment, TextWriter? terminal, Action<PackProgress>? watch = null)
    {
        try
        {
            return new PackFolder(PathOf(CatalogSettings.Read(environment)), terminal is null ? watch : progress =>
            {
                Draw(terminal, progress);
                watch?.Invoke(progress);
            });
        }
        catch (CatalogException)
        {
            // No home to keep packs in. A model named by its path runs without one.
            return null;
        }
    }

    private static void Draw(TextWriter terminal, PackProgress progress)
    {
        terminal.Write(FormattableString.Invariant($"\rLaying the weights out for this CPU, once: {100.0 * progress.Done / progress.Total,3:0} %"));
        if (progress.Done == progress.Total)
            terminal.Write("\r\e[K");
    }
}
