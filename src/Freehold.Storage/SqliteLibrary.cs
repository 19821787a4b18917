using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Freehold.Storage;

/// <summary>
/// SQLite's own code. Beside a program of several files the system finds it. A program that is one file carries it as the resource <see cref="Resource"/> of its
/// executable's assembly; it is then loaded from memory, so that nothing is unpacked and neither a home nor a /tmp is needed.
/// </summary>
internal static partial class SqliteLibrary
{
    /// <summary>The resource's name.</summary>
    public const string Resource = "e_sqlite3";

    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    // Asked for with each function: a copy for each would not know of the others' connections.
    private static readonly Lazy<nint> s_loaded = new(Load);

    private static readonly Lazy<bool> s_ready = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == Resource ? s_loaded.Value : 0);
        Batteries_V2.Init();
        return true;
    });

    /// <summary>Makes SQLite usable, once for this process.</summary>
    public static void Prepare() => _ = s_ready.Value;

    // 0: let the system look.
    private static nint Load()
    {
        using var carried = Assembly.GetEntryAssembly()?.GetManifestResourceStream(Resource);
        if (carried is null)
            return 0;
        return OperatingSystem.IsLinux() ? LoadFromMemory(carried) : LoadFromFile(carried);
    }

    private static nint LoadFromMemory(Stream carried)
    {
        var descriptor = MemoryFile(Resource, CloseOnExec);
        if (descriptor < 0)
            throw new DllNotFoundException($"SQLite could not be loaded from memory: memfd_create failed with {Marshal.GetLastPInvokeError()}");
        // Never closed: the code is mapped from it for as long as the process lives.
        var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        carried.CopyTo(file);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    private static nint LoadFromFile(Stream carried)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("freehold-").FullName, "e_sqlite3.dll");
        using (var file = File.Create(path))
            carried.CopyTo(file);
        return NativeLibrary.Load(path);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);
}
