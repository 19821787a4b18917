using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.Guarding;

/// <summary>How long an answer waits for a reader that takes nothing of it, and what happens then: its generation ends, its pages and its place are free, the connection is cut.</summary>
internal sealed class SlowReader(GatewayOptions options, TimeProvider clock)
{
    public TimeSpan Timeout => options.SlowReaderTimeout;

    public TimeProvider Clock => clock;

    public static SlowReader Of(HttpContext http) => http.RequestServices.GetRequiredService<SlowReader>();

    /// <summary>Ends the request; returns the reason.</summary>
    public Refusal End(HttpContext http)
    {
        var reason = new Refusal(499, ErrorCodes.SlowReader, null, FormattableString.Invariant($"The answer's reader took nothing for {Timeout.TotalSeconds:0.#} s."));
        Cutoff.Of(http).End(reason);
        http.Abort();
        return reason;
    }
}
