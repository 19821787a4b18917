namespace Freehold.Kernels.Generated;

/// <summary>Code for each number of panels and rows, assembled when it is first asked for: a model has few types, and is asked for few numbers of rows.</summary>
/// <param name="assemble">Makes the code for some panels and rows.</param>
/// <param name="load">Makes code ready to be called.</param>
internal sealed class VnniBlockCode(Func<int, int, byte[]> assemble, Func<byte[][], Routines> load) : IDisposable
{
    private readonly Lock _loading = new();
    private readonly Routines?[] _routines = new Routines?[VnniBlocking.Count];

    /// <summary>The routine for one, two or four panels and so many rows, which is its number 0.</summary>
    internal Routines For(int panels, int rows)
    {
        ref var code = ref _routines[VnniBlocking.Number(panels, rows)];
        if (Volatile.Read(ref code) is { } ready)
            return ready;
        lock (_loading)
        {
            if (code is null)
                Volatile.Write(ref code, load([assemble(panels, rows)]));
            return code!;
        }
    }

    /// <summary>Frees the code.</summary>
    public void Dispose()
    {
        foreach (var routines in _routines)
            routines?.Dispose();
    }
}
