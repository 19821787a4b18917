using System.Runtime.InteropServices;

namespace Freehold.Commands;

/// <summary>Turns Ctrl-C and a request to end (SIGTERM) into a cancelled token; a second one ends the process as the system would.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>Whether it was a service manager's request to end (SIGTERM), which a server follows and has then done its work, rather than a person's Ctrl-C.</summary>
    public bool WasRequest { get; private set; }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        WasRequest = context.Signal == PosixSignal.SIGTERM;
        _source.Cancel();
    }
}
