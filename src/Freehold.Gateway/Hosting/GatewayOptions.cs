using System.Net;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;

namespace Freehold.Gateway.Hosting;

/// <summary>Where the gateway listens, whom it lets in and what it bounds.</summary>
public sealed record GatewayOptions
{
    /// <summary>Addresses to listen on; loopback unless told otherwise. Anything beyond needs a <see cref="Key"/>.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    /// <summary>The ports, all alike; 0 takes any free one. One that is taken is an error (<see cref="PortTakenException"/>).</summary>
    public IReadOnlyList<int> Ports { get; init; } = [8080];

    /// <summary>Speaks TLS as this (HTTP/1.1 and HTTP/2); null speaks plain HTTP/1.1.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>The key that every request but those to <c>/health</c> and <c>/</c> must show; null asks for none.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Signs what models think, so that it is known again when it is sent back; null takes a random one, which ends with the process.</summary>
    public UInt128? SigningKey { get; init; }

    /// <summary>Names beside this machine's own that requests may carry as Host; <c>*.example.org</c> stands for all below it.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins whose web pages may use the API (CORS), such as <c>https://chat.example.org</c>; <c>*</c> stands for all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Requests answered at a time; more get 429.</summary>
    public int MaxConcurrentRequests { get; init; } = 256;

    /// <summary>Bytes a request's body may have; more get 413.</summary>
    public long MaxRequestBytes { get; init; } = 32L << 20;

    /// <summary>How long a client may take to send a request's headers.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Bytes of an answer that the system may hold for one connection whose reader is slow; beyond them the answer waits for its reader. Null leaves it
    /// to the system (megabytes for each connection, outside every budget).
    /// </summary>
    public int? SendBufferBytes { get; init; } = 64 << 10;

    /// <summary>
    /// How long a streamed answer waits for its reader before it is ended: once the buffers are full (<see cref="SendBufferBytes"/>, 16 KiB here, and the reader's own), the reader
    /// must make room in that time. Systems tell of room in pieces of some ten KiB.
    /// </summary>
    public TimeSpan SlowReaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets a line for every request; null keeps no log of them.</summary>
    public LogWriter? RequestLog { get; init; }

    /// <summary>How long answers under way may go on once the server is told to stop.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is kept beyond a request, and where.</summary>
    public StateOptions State { get; init; } = new();

    /// <summary>Tells the time and measures waits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether nothing but this machine can reach it.</summary>
    public bool LoopbackOnly => Addresses.All(IPAddress.IsLoopback);

    /// <summary>Whether web pages of this origin may use the API.</summary>
    internal bool Allows(string origin) => AllowedOrigins.Any(allowed => allowed == "*" || string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase));
}
