using System.Globalization;
using System.Net;

namespace Freehold.Catalog.Network;

/// <summary>NO_PROXY: hosts that are reached without a proxy, read as curl reads it (its manual, "NO_PROXY").</summary>
/// <param name="list">Names, addresses and networks, separated by commas or spaces; null for none.</param>
internal sealed class ProxyBypass(string? list)
{
    private readonly string[] _entries = (list ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>True where this address is reached without a proxy. This machine itself always is.</summary>
    public bool Covers(Uri address)
    {
        var host = address.IdnHost.TrimEnd('.');
        var ip = IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : null;
        if (ip is not null ? IPAddress.IsLoopback(ip) : host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        return _entries.Any(e => Covers(e, host, ip, address.Port));
    }

    private static bool Covers(string entry, string host, IPAddress? ip, int port)
    {
        if (entry == "*")
            return true;
        if (ip is not null && entry.Contains('/', StringComparison.Ordinal))
            return IPNetwork.TryParse(entry, out var network) && network.Contains(ip);
        if (ip is not null && IPAddress.TryParse(entry.Trim('[', ']'), out var same))
            return same.Equals(ip);
        var colon = entry.LastIndexOf(':');
        if (colon > 0 && int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var only))
        {
            if (only != port)
                return false;
            entry = entry[..colon];
        }
        // .example.org, *.example.org and example.org mean the domain and all below it.
        var domain = entry.StartsWith("*.", StringComparison.Ordinal) ? entry[2..] : entry.TrimStart('.');
        return domain.Length > 0 && (host.Equals(domain, StringComparison.OrdinalIgnoreCase)
            || (ip is null && host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase)));
    }
}
