using System.Globalization;
using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Threads;
using Microsoft.Win32.SafeHandles;

namespace Freehold.Kernels.Machine;

/// <summary>
/// Private memory for which the system is asked for huge pages (madvise(2), MADV_HUGEPAGE): one entry of the CPU's page table cache then covers 2 MiB rather than 4 KiB. Linux only. What it is
/// filled with from a file leaves the system's file cache again, so that it is in memory once.
/// </summary>
public sealed unsafe class HugePageBlock : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const long Stretch = 8 << 20, Turn = 64 << 20;
    private const int AdviseHugePages = 14, DontNeed = 4;
    private byte* _mapping;
    private readonly nuint _mapped;

    private HugePageBlock(byte* mapping, nuint mapped, long bytes)
    {
        _mapping = mapping;
        (_mapped, Bytes) = (mapped, bytes);
        Start = (byte*)(((nuint)mapping + HugePage - 1) & ~(HugePage - 1));
    }

    /// <summary>The first byte, on a border of 2 MiB.</summary>
    public byte* Start { get; }

    /// <summary>Bytes that were asked for.</summary>
    public long Bytes { get; }

    /// <summary>What stands in the way of huge pages on this system; null for nothing.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux())
            return "huge pages are asked for on Linux only";
        // "always [madvise] never": the one in brackets holds.
        return CgroupFiles.TryRead("/sys/kernel/mm/transparent_hugepage/enabled") is { } modes
            ? modes.Contains("[never]", StringComparison.Ordinal) ? "the system has huge pages turned off (/sys/kernel/mm/transparent_hugepage/enabled)" : null
            : "the system's kernel has no transparent huge pages";
    }

    /// <summary>
    /// Asks for huge pages where a file is mapped: where the file system can, what is read from the disk from then on comes into the file cache in pieces of 2 MiB, each mapped by one page fault rather
    /// than by some tens. What is cached already stays as it is, and the system can still drop it all.
    /// </summary>
    /// <param name="start">The mapping's first byte, on a page's border.</param>
    /// <param name="bytes">Its bytes.</param>
    public static void AskFor(byte* start, long bytes)
    {
        if (OperatingSystem.IsLinux())
            Pages.Advise(start, (nuint)bytes, AdviseHugePages); // where it is refused, pages are as small as they would be
    }

    /// <summary>New memory; null where the system has none to give or <see cref="Obstacle"/> says why not.</summary>
    public static HugePageBlock? Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        if (Obstacle() is not null)
            return null;
        var mapped = checked((nuint)bytes + 2 * HugePage - 1) / HugePage * HugePage;
        var mapping = Pages.Map(mapped);
        if (mapping is null)
            return null;
        var block = new HugePageBlock(mapping, mapped, bytes);
        Pages.Advise(block.Start, mapped - (nuint)(block.Start - mapping), AdviseHugePages); // where it is refused, HugeBytes tells
        return block;
    }

    /// <summary>Reads a file from its beginning until the block is full, all workers together, and drops what was read from the system's file cache.</summary>
    /// <exception cref="IOException">It cannot be read, or ends before.</exception>
    public void Fill(SafeFileHandle file, WorkerPool workers)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(workers);
        // In turns: models that serve on these threads meanwhile go on between them.
        for (long at = 0; at < Bytes; at += Turn)
        {
            using var turn = workers.Turns.Take();
            workers.Run(new Filling(this, file, at, Math.Min(Bytes, at + Turn)));
        }
        // Only pages that nobody has mapped and that are written leave the cache.
        _ = AdviseFile(file, 0, 0, DontNeed);
    }

    /// <summary>Bytes of it that huge pages hold, as the system tells (/proc/self/smaps); 0 where it does not.</summary>
    public long HugeBytes()
    {
        var (from, to, inside, sum) = ((ulong)_mapping, (ulong)_mapping + _mapped, false, 0L);
        foreach (var line in File.Exists("/proc/self/smaps") ? File.ReadLines("/proc/self/smaps") : [])
        {
            var word = line.AsSpan(0, Math.Max(0, line.IndexOf(' ', StringComparison.Ordinal)));
            var dash = word.IndexOf('-');
            if (dash > 0 && ulong.TryParse(word[..dash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start) && ulong.TryParse(word[(dash + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var end))
                inside = start < to && end > from;
            else if (inside && word is "AnonHugePages:" && long.TryParse(line.AsSpan(word.Length).Trim().TrimEnd(" kB"), out var kibibytes))
                sum += kibibytes * 1024;
        }
        return Math.Min(sum, Bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_mapping is not null)
            Pages.Unmap(_mapping, _mapped);
        _mapping = null;
    }

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int AdviseFile(SafeFileHandle file, long offset, long bytes, int advice);

    private sealed class Filling(HugePageBlock block, SafeFileHandle file, long from, long to) : ParallelWork
    {
        private long _next = from;

        public override void Run(WorkerPool pool, int worker, int workers)
        {
            for (long at; (at = Interlocked.Add(ref _next, Stretch) - Stretch) < to;)
            {
                var end = Math.Min(to, at + Stretch);
                for (var done = at; done < end;)
                {
                    var read = RandomAccess.Read(file, new Span<byte>(block.Start + done, (int)(end - done)), done);
                    done += read > 0 ? read : throw new EndOfStreamException($"the file ends at byte {done}; {block.Bytes} were expected");
                }
                _ = AdviseFile(file, at, end - at, DontNeed);
            }
        }
    }
}
