namespace Freehold.Kernels.Generated;

/// <summary>Generated routines of one kernel, by number: run by the CPU, or by the tests' interpreter where the CPU lacks the instructions.</summary>
internal abstract unsafe class Routines : IDisposable
{
    /// <summary>Calls a routine with the structure that holds its arguments.</summary>
    internal abstract void Call(int routine, void* arguments);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Routines that the CPU runs.</summary>
internal sealed unsafe class NativeRoutines(byte[][] code) : Routines
{
    private readonly ExecutableCode _code = new(code);

    internal override void Call(int routine, void* arguments)
    {
        ((delegate* unmanaged<void*, void>)_code.Entries[routine])(arguments);
        GC.KeepAlive(_code);
    }

    public override void Dispose() => _code.Dispose();
}
