using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Machine code in memory of its own. Pages are written first and then made executable, never both at once. Linux on x86-64 alone: generated code
/// follows its calling convention.
/// </summary>
internal sealed unsafe class ExecutableCode : IDisposable
{
    private void* _memory;
    private readonly nuint _bytes;

    /// <summary>Loads routines, which must not depend on where they lie.</summary>
    /// <exception cref="PlatformNotSupportedException">This system is another one or forbids code made at run time.</exception>
    internal ExecutableCode(ReadOnlySpan<byte[]> routines)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new PlatformNotSupportedException("code is generated for Linux on x86-64 alone");
        Entries = new nint[routines.Length];
        var bytes = 0;
        foreach (var routine in routines)
            bytes += Aligned(routine.Length);
        _bytes = (nuint)Math.Max(bytes, 1);
        var memory = Pages.Map(_bytes);
        if (memory is null)
            throw new PlatformNotSupportedException($"mmap of {bytes} bytes for generated code failed: {Marshal.GetLastPInvokeErrorMessage()}");
        _memory = memory;
        var at = (byte*)memory;
        for (var i = 0; i < routines.Length; i++, at += Aligned(routines[i - 1].Length))
        {
            Entries[i] = (nint)at;
            routines[i].CopyTo(new Span<byte>(at, routines[i].Length));
        }
        if (!Pages.Protect(memory, _bytes, Pages.ReadExecute))
        {
            var reason = Marshal.GetLastPInvokeErrorMessage();
            Dispose();
            throw new PlatformNotSupportedException($"this system does not let generated code run: {reason}");
        }
    }

    /// <summary>Whether generated code can run here; found out by running some.</summary>
    internal static bool IsAvailable { get; } = Probe();

    /// <summary>Where each routine begins.</summary>
    internal nint[] Entries { get; }

    /// <summary>Frees the code, which must not be running. Does nothing the second time.</summary>
    public void Dispose()
    {
        if (_memory is not null)
            Pages.Unmap(_memory, _bytes);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the code of an instance that nobody disposed.</summary>
    ~ExecutableCode() => Dispose();

    // A loop's first instruction lies at the start of a cache line where its routine does.
    private static int Aligned(int bytes) => (bytes + 63) & ~63;

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return false;
        try
        {
            // mov eax, 42; ret
            using var code = new ExecutableCode([[0xB8, 42, 0, 0, 0, 0xC3]]);
            return ((delegate* unmanaged<int>)code.Entries[0])() == 42;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }
}
