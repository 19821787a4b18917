using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Hosting;

/// <summary>Every answer names its request, refusals too, under the names that OpenAI's and Anthropic's clients read.</summary>
internal static class RequestId
{
    public static Task StampAsync(HttpContext http, RequestDelegate next)
    {
        http.TraceIdentifier = "req_" + Guid.NewGuid().ToString("N");
        // At the last moment: a refusal clears the headers that were set before.
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            http.Response.Headers["x-request-id"] = http.TraceIdentifier;
            http.Response.Headers["request-id"] = http.TraceIdentifier;
            return Task.CompletedTask;
        }, http);
        return next(http);
    }
}
