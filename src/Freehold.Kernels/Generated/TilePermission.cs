using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>AMX's tile data is larger than what Linux saves for a thread by default, so a process must ask for it (Linux, Documentation/arch/x86/xstate.rst).</summary>
internal static class TilePermission
{
    private const int ArchPrctl = 158, RequestStatePermission = 0x1023, TileData = 18;

    /// <summary>Asks for this process, threads still to come included; asking again is harmless.</summary>
    /// <param name="refusal">Why not; empty where granted.</param>
    /// <returns>Whether tiles may be used.</returns>
    internal static bool Request(out string refusal)
    {
        refusal = "";
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            refusal = "tiles are used on Linux on x86-64 alone";
        else if (SystemCall(ArchPrctl, RequestStatePermission, TileData) != 0)
            refusal = $"the kernel refuses tile data: {Marshal.GetLastPInvokeErrorMessage()}";
        return refusal.Length == 0;
    }

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, nint first, nint second);
}
