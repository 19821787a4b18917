using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Logging;

/// <summary>Words the log's lines. What clients chose cannot end a line, move a terminal's cursor or pass for another field.</summary>
internal static class LineText
{
    private const int Longest = 200;

    /// <summary>A request as key=value.</summary>
    public static string Of(RequestLine line)
    {
        var text = new StringBuilder(256).Append(TimeOf(line.Time));
        Add(text, "id", line.Id);
        Add(text, "client", line.Client);
        Add(text, "agent", line.Agent);
        Add(text, "endpoint", line.Endpoint);
        Add(text, "model", line.Model);
        if (line.Tokens is { } tokens)
            text.Append(CultureInfo.InvariantCulture, $" prompt={tokens.Prompt} cached={tokens.Cached} answer={tokens.Answer}");
        if (line.Guesses is { } guesses)
            text.Append(CultureInfo.InvariantCulture, $" guessed={guesses.Made} came_true={guesses.True}");
        Add(text, "queued", line.Queued);
        Add(text, "first", line.FirstToken);
        Add(text, "total", line.Total);
        text.Append(CultureInfo.InvariantCulture, $" status={line.Status}");
        Add(text, "code", line.Code);
        Add(text, "param", line.Parameter);
        return text.ToString();
    }

    /// <summary>Something else that happened. A failure's trace follows on lines of its own, indented.</summary>
    public static string Of(DateTimeOffset time, LogLevel level, string category, string message, string? request, Exception? failure)
    {
        var text = new StringBuilder(256).Append(TimeOf(time)).Append(' ').Append(level.ToString().ToLowerInvariant()).Append(' ').Append(category).Append(": ");
        Escape(text, message, int.MaxValue);
        Add(text, "id", request);
        foreach (var line in failure?.ToString().Split('\n') ?? [])
            Escape(text.Append("\n    "), line.TrimEnd('\r'), int.MaxValue);
        return text.ToString();
    }

    /// <summary>A request as JSON.</summary>
    public static void Write(Utf8JsonWriter json, RequestLine line)
    {
        json.WriteStartObject();
        json.WriteString("time", TimeOf(line.Time));
        json.WriteString("level", "information");
        json.WriteString("id", line.Id);
        Write(json, "client", line.Client);
        Write(json, "agent", line.Agent);
        json.WriteString("endpoint", Short(line.Endpoint));
        Write(json, "model", line.Model);
        if (line.Tokens is { } tokens)
        {
            json.WriteNumber("prompt_tokens", tokens.Prompt);
            json.WriteNumber("cached_tokens", tokens.Cached);
            json.WriteNumber("answer_tokens", tokens.Answer);
        }
        if (line.Guesses is { } guesses)
        {
            json.WriteNumber("guessed_tokens", guesses.Made);
            json.WriteNumber("guesses_came_true", guesses.True);
        }
        Write(json, "queued_seconds", line.Queued);
        Write(json, "first_token_seconds", line.FirstToken);
        Write(json, "total_seconds", line.Total);
        json.WriteNumber("status", line.Status);
        Write(json, "code", line.Code);
        Write(json, "param", line.Parameter);
        json.WriteEndObject();
    }

    /// <summary>Something else that happened, as JSON.</summary>
    public static void Write(Utf8JsonWriter json, DateTimeOffset time, LogLevel level, string category, string message, string? request, Exception? failure)
    {
        json.WriteStartObject();
        json.WriteString("time", TimeOf(time));
        json.WriteString("level", level.ToString().ToLowerInvariant());
        json.WriteString("category", category);
        json.WriteString("message", message);
        if (request is not null)
            json.WriteString("id", request);
        if (failure is not null)
            json.WriteString("exception", failure.ToString());
        json.WriteEndObject();
    }

    private static string TimeOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length <= Longest ? text : text[..Longest];

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, Short(value));
    }

    private static void Write(Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } time)
            json.WriteNumber(name, Math.Round(time.TotalSeconds, 4));
    }

    private static void Add(StringBuilder text, string name, TimeSpan? value)
    {
        if (value is { } time)
            text.Append(CultureInfo.InvariantCulture, $" {name}={time.TotalSeconds:0.000}s");
    }

    private static void Add(StringBuilder text, string name, string? value)
    {
        if (value is null)
            return;
        text.Append(' ').Append(name).Append('=');
        var isPlain = value.Length > 0 && !value.AsSpan().ContainsAny(" \"=\\");
        if (!isPlain)
            text.Append('"');
        Escape(text, value, Longest, quotes: !isPlain);
        if (!isPlain)
            text.Append('"');
    }

    private static void Escape(StringBuilder text, string value, int longest, bool quotes = false)
    {
        var left = longest;
        foreach (var rune in value.EnumerateRunes())
        {
            if (left-- == 0)
            {
                text.Append("...");
                return;
            }
            if (quotes && rune.Value is '"' or '\\')
                text.Append('\\').Append((char)rune.Value);
            else if (IsSafe(rune))
                text.Append(rune.ToString());
            else
                text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
    }

    // Controls, marks of direction and line separators could show a line as another.
    private static bool IsSafe(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
