using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>Linux's calls for pages of memory and what may be done with them.</summary>
internal static unsafe class Pages
{
    /// <summary>Protections of mprotect(2).</summary>
    internal const int NoAccess = 0, ReadExecute = 1 | 4;

    private const int ReadWrite = 1 | 2, PrivateAnonymous = 0x22;

    /// <summary>New pages of zeros to read and write; null where there are none.</summary>
    internal static byte* Map(nuint bytes)
    {
        var memory = MapMemory(null, bytes, ReadWrite, PrivateAnonymous, -1, 0);
        return memory == -1 ? null : (byte*)memory;
    }

    /// <summary>Changes what may be done with pages; false where the system refuses, and the reason is the last P/Invoke error.</summary>
    internal static bool Protect(void* memory, nuint bytes, int protection) => ProtectMemory(memory, bytes, protection) == 0;

    /// <summary>Gives pages back.</summary>
    internal static void Unmap(void* memory, nuint bytes) => _ = UnmapMemory(memory, bytes);

    /// <summary>Says how pages will be used (madvise(2)); what the system makes of it is its own affair.</summary>
    internal static void Advise(void* memory, nuint bytes, int advice) => _ = AdviseMemory(memory, bytes, advice);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint MapMemory(void* address, nuint bytes, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ProtectMemory(void* address, nuint bytes, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnmapMemory(void* address, nuint bytes);

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int AdviseMemory(void* address, nuint bytes, int advice);
}
