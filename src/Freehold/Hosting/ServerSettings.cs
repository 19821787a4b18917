using System.Net;
using Freehold.Commands;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;

namespace Freehold.Hosting;

/// <summary>Where a server listens and whom it lets in.</summary>
/// <param name="Host">An IP address, or localhost.</param>
/// <param name="Ports">The ports, at least one. 0 takes any that is free.</param>
internal sealed record ServerSettings(string Host, params IReadOnlyList<int> Ports)
{
    /// <summary>The port unless another is given: fixed, because clients are told it.</summary>
    public const int DefaultPort = 8080;

    /// <summary>Files of the certificate and its key; null for no TLS.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Requests answered at a time.</summary>
    public int MaxRequests { get; init; } = 256;

    /// <summary>Bytes a request's body may have.</summary>
    public long MaxBody { get; init; } = 32L << 20;

    /// <summary>The key clients must show; null asks for none.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Names beside this machine's own that requests may carry as Host.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins whose web pages may use the API.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>How the log is written.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>Whether each request has a line in the log; warnings always have.</summary>
    public bool LogsRequests { get; init; } = true;

    /// <summary>How long a streamed answer waits for a reader that takes nothing of it.</summary>
    public TimeSpan SlowReaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long answers under way may go on once the server is told to stop.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is stored, and where.</summary>
    public StateOptions State { get; init; } = new();

    /// <summary>The same for the gateway, checked.</summary>
    /// <exception cref="CommandException">The address or the certificate makes no sense (2), or it reaches beyond this machine and there is no key (4).</exception>
    public GatewayOptions ToGateway()
    {
        var options = new GatewayOptions
        {
            Addresses = AddressesOf(Host),
            Ports = Ports,
            Key = Key,
            AllowedHosts = AllowedHosts,
            AllowedOrigins = AllowedOrigins,
            MaxConcurrentRequests = MaxRequests,
            MaxRequestBytes = MaxBody,
            SlowReaderTimeout = SlowReaderTimeout,
            ShutdownTimeout = ShutdownTimeout,
            State = State,
        };
        if (Tls is { } files)
            options = options with { Tls = new TlsIdentity(TlsFiles.Read(files.Certificate, files.Key, options.Clock)) };
        return options.LoopbackOnly || Key is not null ? options : throw CommandException.Refused(
            $"--host {Host} would let everybody who reaches this machine use it, and there is no key. Set FREEHOLD_API_KEY or give --api-key-file FILE (openssl rand -hex 32 makes a key), or listen on 127.0.0.1");
    }

    private static IPAddress[] AddressesOf(string host)
    {
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
            return [IPAddress.Loopback];
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) ? [address]
            : throw CommandException.Usage($"--host is '{host}'; it must be an IP address of this machine (0.0.0.0 for all) or localhost");
    }
}
