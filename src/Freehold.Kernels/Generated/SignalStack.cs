using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A larger stack for a thread's signal handlers. Once a thread has used AMX, each signal pushes its tiles, and the runtime's own stack of 16 KiB
/// overflows: a null reference would end the process and not be an exception. Entered and left by the thread itself, since the runtime frees
/// whatever stack a thread has when it ends.
/// </summary>
internal sealed unsafe class SignalStack : IDisposable
{
    private const nuint Bytes = 256 * 1024;
    private const int Page = 4096;
    private byte* _memory;
    private Description _before;

    /// <summary>Allocates the stack with a page below it that nothing may touch.</summary>
    /// <exception cref="InsufficientMemoryException">There is no room.</exception>
    internal SignalStack()
    {
        _memory = Pages.Map(Bytes + Page);
        if (_memory is null)
            throw new InsufficientMemoryException("no memory for a thread's signal stack");
        _ = Pages.Protect(_memory, Page, Pages.NoAccess);
    }

    /// <summary>Whether this system has such stacks.</summary>
    internal static bool IsAvailable => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Makes it the calling thread's.</summary>
    /// <exception cref="InvalidOperationException">The thread is running on its signal stack.</exception>
    internal void Enter()
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        var stack = new Description { Start = _memory + Page, Bytes = Bytes };
        fixed (Description* before = &_before)
            if (SetStack(&stack, before) != 0)
                throw new InvalidOperationException($"sigaltstack failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Gives the calling thread, the one that entered, its own back.</summary>
    internal void Leave()
    {
        fixed (Description* before = &_before)
            _ = SetStack(before, null);
    }

    /// <summary>Frees it; no thread may have it.</summary>
    public void Dispose()
    {
        if (_memory is not null)
            Pages.Unmap(_memory, Bytes + Page);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees a stack that nobody disposed.</summary>
    ~SignalStack() => Dispose();

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
