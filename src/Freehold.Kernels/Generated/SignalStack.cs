using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A larger stack for a thread's signal handlers. Once a thread has used AMX, each signal pushes its tiles, for as long as the thread lives, and the
/// runtime's own stack of 16 KiB overflows: a null reference would end the process and not be an exception.
/// </summary>
internal sealed unsafe class SignalStack
{
    private const nuint Bytes = 256 * 1024;
    private const int Page = 4096;
    private const int Disabled = 2;

    // It belongs to the thread, whoever's work it does, and must outlive all of it.
    [ThreadStatic]
    private static SignalStack? _current;

    private readonly byte* _memory;
    private Description _before;

    private SignalStack()
    {
        _memory = Pages.Map(Bytes + Page);
        if (_memory is null)
            throw new InsufficientMemoryException("no memory for a thread's signal stack");
        _ = Pages.Protect(_memory, Page, Pages.NoAccess);
        var stack = new Description { Start = _memory + Page, Bytes = Bytes };
        fixed (Description* before = &_before)
            if (SetStack(&stack, before) != 0)
                throw new InvalidOperationException($"sigaltstack failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Whether this system has such stacks.</summary>
    internal static bool IsAvailable => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>
    /// Sees to it that the calling thread has one. The thread keeps it until <see cref="Leave"/> or its end, after which it is freed; a page below it may not be
    /// touched by anything.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">There is no room.</exception>
    /// <exception cref="InvalidOperationException">The thread is running on its signal stack.</exception>
    internal static void Ensure() => _current ??= new SignalStack();

    /// <summary>Gives the calling thread the runtime's own back, where <see cref="Ensure"/> took it: last thing of a thread, so that the runtime can free that.</summary>
    internal static void Leave()
    {
        if (_current is not { } stack)
            return;
        fixed (Description* before = &stack._before)
            _ = SetStack(before, null);
        _current = null;
    }

    /// <summary>Bytes of the calling thread's stack for signals; 0 where it has none.</summary>
    internal static nuint Current()
    {
        Description now;
        return SetStack(null, &now) == 0 && (now.Flags & Disabled) == 0 ? now.Bytes : 0;
    }

    /// <summary>Frees the stack of a thread that has left it or ended.</summary>
    ~SignalStack()
    {
        if (_memory is not null)
            Pages.Unmap(_memory, Bytes + Page);
    }

    // stack_t, sigaltstack(2).
    [StructLayout(LayoutKind.Sequential)]
    private struct Description
    {
        public byte* Start;
        public int Flags;
        public nuint Bytes;
    }

    [DllImport("libc", EntryPoint = "sigaltstack", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetStack(Description* stack, Description* before);
}
