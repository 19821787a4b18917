using System.Net;

namespace Freehold.Gateway.Hosting;

/// <summary>Where the gateway listens and what it bounds.</summary>
public sealed record GatewayOptions
{
    /// <summary>Addresses to listen on; loopback unless told otherwise.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    /// <summary>The port; 0 takes any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Requests answered at a time; more get 429.</summary>
    public int MaxConcurrentRequests { get; init; } = 256;

    /// <summary>Bytes a request's body may have; more get 413.</summary>
    public long MaxRequestBytes { get; init; } = 32L << 20;

    /// <summary>How long a client may take to send a request's headers.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long answers under way may go on once the server is told to stop.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether nothing but this machine can reach it.</summary>
    public bool LoopbackOnly => Addresses.All(IPAddress.IsLoopback);
}
