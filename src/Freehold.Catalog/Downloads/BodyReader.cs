namespace Freehold.Catalog.Downloads;

/// <summary>Reads a body with a limit on how long nothing may come.</summary>
internal sealed class BodyReader(TransferLimits limits, TimeProvider time)
{
    /// <summary>Awaits a step of the network; a stall and a cut become faults that may be tried again.</summary>
    public async Task<T> AwaitAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellation)
    {
        using var idle = new CancellationTokenSource(limits.Idle, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellation);
        try
        {
            return await step(both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (idle.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TransferFault($"nothing came for {limits.Idle.TotalSeconds:0.#} s", null, e);
        }
        catch (IOException e)
        {
            throw new TransferFault($"the connection was cut ({e.Message})", null, e);
        }
    }

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    public Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellation) =>
        AwaitAsync(token => body.ReadAsync(buffer, token).AsTask(), cancellation);
}
