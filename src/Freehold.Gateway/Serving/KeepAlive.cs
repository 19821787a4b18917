using System.Globalization;
using System.Text.RegularExpressions;

namespace Freehold.Gateway.Serving;

/// <summary>How long a model stays when nobody uses it, as Ollama writes it: seconds, or a duration of Go such as <c>5m</c> or <c>1h30m</c>; below zero for good.</summary>
public static partial class KeepAlive
{
    // Longer is for good as far as anybody can tell, and times stay far from where they overflow.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    [GeneratedRegex(@"^(?<sign>[-+]?)(?:(?<number>[0-9]+(?:\.[0-9]+)?)(?<unit>ns|us|µs|ms|s|m|h))+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Duration();

    /// <summary>Seconds as a time to stay.</summary>
    public static TimeSpan OfSeconds(double seconds) =>
        seconds < 0 || seconds >= Longest.TotalSeconds ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);

    /// <summary>Reads a number of seconds or a duration.</summary>
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        if (text.Length > 64)
            return false;
        if (!double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            var match = Duration().Match(text);
            if (!match.Success)
                return false;
            seconds = match.Groups["number"].Captures.Zip(match.Groups["unit"].Captures, (number, unit) => double.Parse(number.ValueSpan, CultureInfo.InvariantCulture) * SecondsOf(unit.Value)).Sum();
            if (match.Groups["sign"].ValueSpan is "-")
                seconds = -seconds;
        }
        time = OfSeconds(seconds);
        return true;
    }

    private static double SecondsOf(string unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "ns" => 1e-9,
        _ => 1e-6,
    };
}
