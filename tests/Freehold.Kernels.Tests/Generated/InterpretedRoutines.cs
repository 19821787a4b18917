using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>Routines that the interpreter runs, on each thread by registers of its own.</summary>
/// <param name="code">The routines.</param>
/// <param name="allow">Says which memory a call's routine may touch.</param>
/// <param name="tiles">The calling thread's tiles, where routines of several instances share them.</param>
internal sealed unsafe class InterpretedRoutines(byte[][] code, InterpretedRoutines.Permit allow, Func<Interpreter.TileFile>? tiles = null) : Routines
{
    private readonly ThreadLocal<Interpreter?[]> _interpreters = new(() => new Interpreter?[code.Length]);

    internal delegate void Permit(Interpreter interpreter, int routine, void* arguments);

    internal override void Call(int routine, void* arguments)
    {
        var interpreter = _interpreters.Value![routine] ??= new Interpreter(code[routine], tiles?.Invoke());
        interpreter.Forbid();
        allow(interpreter, routine, arguments);
        interpreter.Call(arguments);
    }

    public override void Dispose() => _interpreters.Dispose();
}
