namespace Freehold.Gateway.Hosting;

/// <summary>Another program listens on a port that was asked for. No other port is taken in its place.</summary>
public sealed class PortTakenException(int port, Exception cause) : IOException($"port {port} is taken by another program", cause)
{
    /// <summary>The port.</summary>
    public int Port { get; } = port;
}
