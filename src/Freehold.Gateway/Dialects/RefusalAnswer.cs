using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Dialects;

/// <summary>Answers with a refusal, in the words of the dialect that the request speaks.</summary>
/// <param name="dialects">The first that speaks a request's language words it; the last one registered (OpenAI's) speaks all that is left.</param>
internal sealed class RefusalAnswer(IEnumerable<IDialect> dialects)
{
    private readonly IDialect[] _dialects = [.. dialects];

    public async Task SendAsync(HttpContext http, Refusal refusal)
    {
        if (RequestEntry.Of(http) is { } entry)
            entry.Refusal = refusal;
        if (http.Response.HasStarted)
        {
            http.Abort(); // half an answer must not look whole
            return;
        }
        http.Response.Clear();
        var dialect = Array.Find(_dialects, dialect => dialect.Speaks(http.Request))!;
        http.Response.StatusCode = dialect.StatusOf(refusal);
        http.Response.ContentType = JsonText.ContentType;
        if (refusal.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        else if (refusal.Status == StatusCodes.Status429TooManyRequests)
            http.Response.Headers["x-should-retry"] = "false"; // what OpenAI's and Anthropic's clients heed; they try a 429 again otherwise
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        dialect.Write(json, refusal, http.TraceIdentifier);
    }
}
