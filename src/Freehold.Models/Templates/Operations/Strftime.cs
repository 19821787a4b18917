using System.Globalization;
using System.Text;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>C's <c>strftime</c> in the C locale, as Python calls it (with glibc's <c>-</c> flag, which drops padding).</summary>
internal static class Strftime
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>The time of the rendering's settings in a format; the result is the template's only where the format is.</summary>
    public static Text Format(Text format, Evaluation run)
    {
        run.ChargeText(format.Value.Length * 4L);
        var output = new StringBuilder();
        Write(format.Value, run.Settings.Now, output);
        return new Text(output.ToString(), format.Trusted);
    }

    private static void Write(string format, DateTimeOffset now, StringBuilder output)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }
            var bare = format[i + 1] == '-' && i + 2 < format.Length;
            if (bare) i++;
            Directive(format[++i], bare, now, output);
        }
    }

    private static void Directive(char directive, bool bare, DateTimeOffset now, StringBuilder output)
    {
        var hour12 = now.Hour % 12 == 0 ? 12 : now.Hour % 12;
        switch (directive)
        {
            case 'Y': output.Append(now.Year); break;
            case 'C': Number(now.Year / 100, 2); break;
            case 'y': Number(now.Year % 100, 2); break;
            case 'm': Number(now.Month, 2); break;
            case 'd': Number(now.Day, 2); break;
            case 'e': Number(now.Day, 2, ' '); break;
            case 'H': Number(now.Hour, 2); break;
            case 'k': Number(now.Hour, 2, ' '); break;
            case 'I': Number(hour12, 2); break;
            case 'l': Number(hour12, 2, ' '); break;
            case 'M': Number(now.Minute, 2); break;
            case 'S': Number(now.Second, 2); break;
            case 'f': Number((int)(now.Ticks % TimeSpan.TicksPerSecond / 10), 6); break;
            case 'j': Number(now.DayOfYear, 3); break;
            case 'p': output.Append(now.Hour < 12 ? "AM" : "PM"); break;
            case 'P': output.Append(now.Hour < 12 ? "am" : "pm"); break;
            case 'B': output.Append(now.ToString("MMMM", Culture)); break;
            case 'b' or 'h': output.Append(now.ToString("MMM", Culture)); break;
            case 'A': output.Append(now.ToString("dddd", Culture)); break;
            case 'a': output.Append(now.ToString("ddd", Culture)); break;
            case 'w': output.Append((int)now.DayOfWeek); break;
            case 'u': output.Append(now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek); break;
            case 'U': Number((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7, 2); break;
            case 'W': Number((now.DayOfYear + 6 - ((int)now.DayOfWeek + 6) % 7) / 7, 2); break;
            case 'V': Number(ISOWeek.GetWeekOfYear(now.DateTime), 2); break;
            case 'G': output.Append(ISOWeek.GetYear(now.DateTime)); break;
            case 'g': Number(ISOWeek.GetYear(now.DateTime) % 100, 2); break;
            case 's': output.Append(now.ToUnixTimeSeconds()); break;
            case 'D' or 'x': Write("%m/%d/%y", now, output); break;
            case 'T' or 'X': Write("%H:%M:%S", now, output); break;
            case 'F': Write("%Y-%m-%d", now, output); break;
            case 'R': Write("%H:%M", now, output); break;
            case 'r': Write("%I:%M:%S %p", now, output); break;
            case 'c': Write("%a %b %e %H:%M:%S %Y", now, output); break;
            // datetime.now() is naive: it has neither offset nor zone.
            case 'z' or 'Z': break;
            case 'n': output.Append('\n'); break;
            case 't': output.Append('\t'); break;
            case '%': output.Append('%'); break;
            default: throw new TemplateFault($"strftime has no directive '%{directive}'");
        }

        void Number(int value, int width, char pad = '0') =>
            output.Append(value.ToString(Culture).PadLeft(bare ? 0 : width, pad));
    }
}
