using System.Globalization;

namespace Freehold.Pages.Models;

/// <summary>Amounts as people read them.</summary>
internal static class Amounts
{
    /// <summary>Bytes in binary units.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB"),
    };

    /// <summary>A number of weights.</summary>
    public static string Count(long count) => count switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0} K"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0} M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.0} B"),
    };

    /// <summary>Tokens.</summary>
    public static string Tokens(int tokens) => tokens.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A speed.</summary>
    public static string Speed(double tokensPerSecond) => string.Create(CultureInfo.InvariantCulture, $"{tokensPerSecond:0.#} tokens/s");

    /// <summary>A share of a whole as CSS has it.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(share, 0, 1) * 100:0.##}%");

    /// <summary>A time to go.</summary>
    public static string Wait(TimeSpan time) => time.TotalSeconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, time.TotalSeconds):0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");
}
