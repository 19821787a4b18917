using Freehold.Catalog;
using Freehold.Commands;
using Freehold.Engine.Memory;
using Freehold.Models.Packing;

namespace Freehold.Hosting;

/// <summary>Where this user's packed weights lie, and how a person sees them being made.</summary>
internal static class PackedModels
{
    /// <summary>Whether packs are read into huge pages: <c>auto</c> (where they were measured to be read clearly faster), <c>on</c> or <c>off</c>.</summary>
    public const string HugePagesVariable = "FREEHOLD_HUGE_PAGES";

    /// <summary>What that variable says.</summary>
    /// <exception cref="CommandException">It makes no sense (2).</exception>
    public static HugePageMode HugePagesOf(Func<string, string?> environment) => environment(HugePagesVariable)?.Trim().ToLowerInvariant() switch
    {
        null or "" or "auto" => HugePageMode.Auto,
        "on" => HugePageMode.On,
        "off" => HugePageMode.Off,
        var other => throw CommandException.Usage($"{HugePagesVariable} is '{other}'; it must be auto, on or off"),
    };

    /// <summary>Whether kernels are timed on this machine and chosen by that: <c>auto</c>, or <c>off</c> for those that are usual.</summary>
    public const string KernelsVariable = "FREEHOLD_TUNE";

    /// <summary>What that variable says.</summary>
    /// <exception cref="CommandException">It makes no sense (2).</exception>
    public static bool IsTuned(Func<string, string?> environment) => environment(KernelsVariable)?.Trim().ToLowerInvariant() switch
    {
        null or "" or "auto" => true,
        "off" => false,
        var other => throw CommandException.Usage($"{KernelsVariable} is '{other}'; it must be auto or off"),
    };

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
            var settings = CatalogSettings.Read(environment);
            return new PackFolder(PathOf(settings), terminal is null ? watch : progress =>
            {
                Draw(terminal, progress);
                watch?.Invoke(progress);
            })
            {
                HugePages = new HugePages(HugePagesOf(environment)) { CacheFolder = Path.Combine(settings.Home, "cache", "machine"), Available = () => AvailableMemory.Measure() },
                Kernels = IsTuned(environment) ? new KernelTuning { CacheFolder = Path.Combine(settings.Home, "cache", "machine") } : null,
            };
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
