using Microsoft.Extensions.Hosting.Systemd;

namespace Freehold.Hosting;

/// <summary>Tells systemd (<c>Type=notify</c>, sd_notify(3)) that the server answers, and later that it ends. Without systemd nothing is told.</summary>
internal static class ServiceManager
{
    /// <summary>Call it when requests are answered.</summary>
    /// <param name="stop">Cancelled when the server is told to end.</param>
    public static IDisposable Ready(CancellationToken stop)
    {
        var notifier = new SystemdNotifier();
        notifier.Notify(ServiceState.Ready);
        return stop.Register(() => notifier.Notify(ServiceState.Stopping));
    }
}
