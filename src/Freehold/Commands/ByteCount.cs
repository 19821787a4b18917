using System.Globalization;

namespace Freehold.Commands;

/// <summary>Sizes as people write them. K, M, G and T are powers of 1,024, with or without iB or B behind.</summary>
internal static class ByteCount
{
    private const string Units = "KMGT";

    /// <summary>Reads 2G, 1.5GiB, 512m, 4096.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.Trim().ToUpperInvariant();
        number = number.EndsWith("IB", StringComparison.Ordinal) ? number[..^2] : number.EndsWith('B') ? number[..^1] : number;
        var unit = number.Length > 0 ? Units.IndexOf(number[^1], StringComparison.Ordinal) : -1;
        if (unit >= 0)
            number = number[..^1];
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0)
            return false;
        var scaled = (double)value * Math.Pow(1024, unit + 1);
        if (scaled is < 1 or > 1L << 50)
            return false;
        bytes = (long)scaled;
        return true;
    }

    /// <summary>Writes a size with at most one decimal, e.g. 1.5 GiB.</summary>
    public static string Write(long bytes)
    {
        if (bytes < 1024)
            return $"{bytes} B";
        var value = (double)bytes;
        var unit = -1;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}iB");
    }
}
