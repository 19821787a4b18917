using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>Routines that the interpreter runs.</summary>
/// <param name="code">The routines.</param>
/// <param name="allow">Says which memory a call's routine may touch.</param>
internal sealed unsafe class InterpretedRoutines(byte[][] code, InterpretedRoutines.Permit allow) : Routines
{
    private readonly Interpreter?[] _interpreters = new Interpreter?[code.Length];

    internal delegate void Permit(Interpreter interpreter, int routine, void* arguments);

    internal override void Call(int routine, void* arguments)
    {
        var interpreter = _interpreters[routine] ??= new Interpreter(code[routine]);
        interpreter.Forbid();
        allow(interpreter, routine, arguments);
        interpreter.Call(arguments);
    }

    public override void Dispose()
    {
    }
}
