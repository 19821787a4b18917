using System.Globalization;
using System.Text.Json;
using Freehold.Commands;
using Freehold.Hosting.Configuration;

namespace Freehold.Planning;

/// <summary>A number and who said it: an option, a variable, the configuration, or an assumption of this program.</summary>
internal readonly record struct Price(double Value, string Source);

/// <summary>What the machine and its power cost, in any one currency.</summary>
/// <param name="Machine">A month of this machine.</param>
/// <param name="Watts">Its power at work.</param>
/// <param name="KilowattHour">A kilowatt-hour.</param>
/// <param name="Gpu">A month of a rented GPU, to compare with.</param>
internal sealed record Prices(Price Machine, Price Watts, Price KilowattHour, Price Gpu)
{
    /// <summary>An average month.</summary>
    public const double HoursPerMonth = 730;

    // A server of 64 cores for 12,000, written off over 48 months; 320 W at work.
    private const double MachinePerCore = 4, WattsPerCore = 5, PowerPrice = 0.20;

    // A cloud GPU of 24 GB at 0.80 an hour.
    private const double GpuPerMonth = 584;

    /// <summary>Energy of a month at work all day.</summary>
    public double Power => Watts.Value * HoursPerMonth / 1000 * KilowattHour.Value;

    /// <summary>A month, machine and power.</summary>
    public double Month => Machine.Value + Power;

    /// <summary>An option wins over FREEHOLD_MACHINE_PRICE and so on, they over <c>machine_price</c> and so on in the store's config.json, and that over assumptions.</summary>
    /// <exception cref="CommandException">A variable or a key is no number from 0 on (2).</exception>
    public static Prices Read(PriceOptions given, Func<string, string?> environment, ConfigFile config, int cores)
    {
        Price Find(double? option, string name, double assumed, string assumption)
        {
            if (option is { } said)
                return new Price(said, "--" + name);
            var variable = "FREEHOLD_" + name.ToUpperInvariant().Replace('-', '_');
            if (environment(variable) is { } text && !string.IsNullOrWhiteSpace(text))
                return new Price(Number(text, variable), variable);
            var key = name.Replace('-', '_');
            return config.Keys.TryGetValue(key, out var written)
                ? new Price(Number(written.ValueKind == JsonValueKind.Number ? written.GetRawText() : "", $"'{key}' in {config.Path}"), key + " in config.json")
                : new Price(assumed, assumption.Length == 0 ? "assumed" : "assumed: " + assumption);
        }

        return new Prices(
            Find(given.Machine, "machine-price", MachinePerCore * cores, $"{MachinePerCore} a core and month, as of a 64-core server of 12,000 over 48 months"),
            Find(given.Watts, "power-watts", WattsPerCore * cores, $"{WattsPerCore} W a core"),
            Find(given.KilowattHour, "power-price", PowerPrice, ""),
            Find(given.Gpu, "gpu-price", GpuPerMonth, "a rented GPU of 24 GB, 0.80 an hour"));
    }

    private static double Number(string text, string whose) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw CommandException.Usage($"{whose} is '{text}'; a number from 0 on was expected");
}

/// <summary>Prices that the command line names.</summary>
internal sealed record PriceOptions(double? Machine = null, double? Watts = null, double? KilowattHour = null, double? Gpu = null);
