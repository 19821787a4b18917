using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>A machine whose generated code the interpreter runs: what a <see cref="Products.KernelTable"/> of an instruction set that this CPU lacks can be made with.</summary>
internal sealed unsafe class InterpretedMachine : IDisposable
{
    private readonly ThreadLocal<Interpreter.TileFile> _tiles = new(() => new Interpreter.TileFile(), trackAllValues: true);

    /// <summary>Whether no thread has tiles configured.</summary>
    internal bool AllReleased => _tiles.Values.All(tiles => tiles.IsReleased);

    /// <summary>Threads that used tiles.</summary>
    internal int Threads => _tiles.Values.Count;

    /// <summary>Makes code ready to be called, which may then touch what its caller may.</summary>
    internal Routines Load(byte[][] code) => Load(code, static (interpreter, _, _) => interpreter.AllowAny());

    /// <summary>Makes code ready to be called, with a limit to the memory it touches.</summary>
    internal Routines Load(byte[][] code, InterpretedRoutines.Permit allow) =>
        new InterpretedRoutines(code, allow, () => _tiles.Value!);

    public void Dispose() => _tiles.Dispose();
}
