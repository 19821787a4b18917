using System.Globalization;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Guarding;

/// <summary>What a request's headers say of its hurry.</summary>
/// <param name="IsBatch">Whether it goes behind those that somebody waits for.</param>
/// <param name="Whole">How long the whole answer may take; null for as long as it takes.</param>
/// <param name="Headers">How long the client waits for the answer's headers: a streamed answer's first event, or a whole answer; null for as long as it takes.</param>
internal readonly record struct Urgency(bool IsBatch, TimeSpan? Whole, TimeSpan? Headers)
{
    /// <summary>Ours: <c>batch</c> or <c>interactive</c>.</summary>
    public const string PriorityHeader = "Freehold-Priority";

    /// <summary>Ours: seconds for the whole answer.</summary>
    public const string DeadlineHeader = "Freehold-Deadline";

    /// <summary>
    /// The clients of OpenAI and Anthropic send it with every request: after so many seconds without the answer's headers they give up. JavaScript's cut their
    /// milliseconds off; one that is no number of seconds sets no limit, since the client itself keeps it.
    /// </summary>
    public const string ClientHeader = "X-Stainless-Timeout";

    private const double Longest = 86_400;

    /// <summary>When the first token must come at the latest.</summary>
    public TimeSpan? FirstToken => Whole is { } whole && !(Headers < whole) ? whole : Headers;

    /// <exception cref="RefusedException">A header of ours makes no sense (400).</exception>
    public static Urgency Of(IHeaderDictionary headers)
    {
        var priority = headers[PriorityHeader].ToString();
        var isBatch = priority.Equals("batch", StringComparison.OrdinalIgnoreCase);
        if (priority.Length > 0 && !isBatch && !priority.Equals("interactive", StringComparison.OrdinalIgnoreCase))
            throw RefusedException.Field(PriorityHeader, $"The header {PriorityHeader} must be 'interactive' or 'batch'.");
        TimeSpan? whole = null;
        if (headers.TryGetValue(DeadlineHeader, out var deadline))
            whole = SecondsOf(deadline.ToString()) is { } seconds and > 0 and <= Longest ? TimeSpan.FromSeconds(seconds)
                : throw RefusedException.Field(DeadlineHeader, $"The header {DeadlineHeader} must be a number of seconds above 0, at most {Longest:0}.");
        var client = headers[ClientHeader].ToString();
        TimeSpan? limit = SecondsOf(client) is { } given and >= 0 and <= Longest ? TimeSpan.FromSeconds(given + (client.Contains('.', StringComparison.Ordinal) ? 0 : 1)) : null;
        return new Urgency(isBatch, whole, limit);
    }

    private static double? SecondsOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? seconds : null;
}
