using System.Net;
using Freehold.Gateway.Hosting;

namespace Freehold.Gateway.Guarding;

/// <summary>
/// The names under which requests may reach this server. A page that rebinds its own name to this machine's address (DNS rebinding) still sends its own name,
/// so names must be known; an address cannot be rebound.
/// </summary>
internal sealed class HostNames(GatewayOptions options)
{
    private readonly string _machine = Dns.GetHostName();

    public bool AreOwn(string host) =>
        IsLocalhost(host)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (IPAddress.IsLoopback(address) || !options.LoopbackOnly))
        || (!options.LoopbackOnly && string.Equals(host, _machine, StringComparison.OrdinalIgnoreCase))
        || options.AllowedHosts.Any(allowed => Matches(allowed, host));

    private static bool IsLocalhost(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    // "*.example.org" stands for every name below example.org.
    private static bool Matches(string allowed, string host) =>
        allowed.StartsWith("*.", StringComparison.Ordinal)
            ? host.Length > allowed.Length - 1 && host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(allowed, host, StringComparison.OrdinalIgnoreCase);
}
