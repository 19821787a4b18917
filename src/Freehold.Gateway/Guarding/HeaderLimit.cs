using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Guarding;

/// <summary>Bounds a request's headers, in the words of its dialect. Kestrel's own limits are twice as wide and answer without a body.</summary>
internal sealed class HeaderLimit(RequestDelegate next, RefusalAnswer refusals)
{
    /// <summary>Bytes of names and values together.</summary>
    public const int MostBytes = 32 << 10;

    /// <summary>How many there may be.</summary>
    public const int Most = 100;

    public Task InvokeAsync(HttpContext http)
    {
        var (count, bytes) = (0, 0);
        foreach (var (name, values) in http.Request.Headers)
            foreach (var value in values)
                (count, bytes) = (count + 1, bytes + name.Length + (value?.Length ?? 0));
        return count <= Most && bytes <= MostBytes ? next(http)
            : refusals.SendAsync(http, new Refusal(StatusCodes.Status431RequestHeaderFieldsTooLarge, ErrorCodes.HeadersTooLarge, null, $"The request has {count} headers of {bytes} bytes together; at most {Most} of {MostBytes} bytes are read."));
    }
}
