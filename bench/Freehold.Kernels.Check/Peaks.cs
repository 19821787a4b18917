using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Check;

/// <summary>What the machine gives at most: the best of many short samples.</summary>
internal static unsafe class Peaks
{
    private const long ReadBytes = 512L << 20;

    /// <summary>The shortest time of a piece of work, in seconds: at least <paramref name="least"/> samples, then until the budget is spent.</summary>
    internal static double Shortest(double budget, Action work, int least = 5)
    {
        var best = double.MaxValue;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < least || clock.Elapsed.TotalSeconds < budget; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (clock.Elapsed.TotalSeconds > 4 * budget + 1)
                break;
        }
        return best;
    }

    /// <summary>Operations a second of byte dot products on registers.</summary>
    internal static double DotProducts(int threads)
    {
        using var pool = new WorkerPool(threads);
        Pinned.Pin(pool);
        var peak = DotProductPeak.Here().Single();
        var work = new Pinned((_, _) => peak.Run());
        return threads * peak.OperationsPerRun / Shortest(0.6, () => pool.Run(work));
    }

    /// <summary>Bytes a second, the best of one and four streams a thread.</summary>
    internal static double ReadBandwidth(int threads)
    {
        using var pool = new WorkerPool(threads);
        Pinned.Pin(pool);
        var memory = Allocate(ReadBytes);
        new Span<byte>(memory, checked((int)ReadBytes)).Fill(1);
        var share = ReadBytes / threads;
        var line = $"memory   {threads} threads read";
        var best = 0.0;
        foreach (var streams in new[] { 1, 4 })
        {
            var work = new Pinned((worker, _) => Read(memory + worker * share, share, streams));
            var rate = ReadBytes / Shortest(1, () => pool.Run(work));
            line += $"   {streams} streams {rate / 1e9:F1} GB/s";
            best = Math.Max(best, rate);
        }
        Console.WriteLine(line);
        NativeMemory.AlignedFree(memory);
        return best;
    }

    /// <summary>Memory in huge pages where the system has them.</summary>
    internal static byte* Allocate(long bytes)
    {
        const int HugePage = 2 << 20, AdviseHuge = 14;
        var memory = (byte*)NativeMemory.AlignedAlloc(checked((nuint)bytes), HugePage);
        _ = Advise(memory, (nuint)bytes, AdviseHuge);
        return memory;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Read(byte* memory, long bytes, int streams)
    {
        Vector512<ulong> a = default, b = default, c = default, d = default;
        var apart = bytes / 4;
        if (streams == 1)
            for (long i = 0; i < bytes; i += 256)
            {
                a ^= Vector512.Load((ulong*)(memory + i));
                b ^= Vector512.Load((ulong*)(memory + i + 64));
                c ^= Vector512.Load((ulong*)(memory + i + 128));
                d ^= Vector512.Load((ulong*)(memory + i + 192));
            }
        else
            for (long i = 0; i < apart; i += 128)
            {
                a ^= Vector512.Load((ulong*)(memory + i)) ^ Vector512.Load((ulong*)(memory + i + 64));
                b ^= Vector512.Load((ulong*)(memory + apart + i)) ^ Vector512.Load((ulong*)(memory + apart + i + 64));
                c ^= Vector512.Load((ulong*)(memory + 2 * apart + i)) ^ Vector512.Load((ulong*)(memory + 2 * apart + i + 64));
                d ^= Vector512.Load((ulong*)(memory + 3 * apart + i)) ^ Vector512.Load((ulong*)(memory + 3 * apart + i + 64));
            }
        return (a ^ b ^ c ^ d).GetElement(0);
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(void* memory, nuint bytes, int advice);
}
