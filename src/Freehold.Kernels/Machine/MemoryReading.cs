using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Machine;

/// <summary>Measures how fast all threads together read memory that no cache holds.</summary>
internal static unsafe class MemoryReading
{
    private const long LeastBytes = 256L << 20, MostBytes = 1L << 30, Piece = 256;
    private static readonly TimeSpan _perStreamCount = TimeSpan.FromMilliseconds(60);

    /// <summary>Bytes a second, and how many streams a thread gave the most: each thread reads its part as 1, 2, 4 and 8 streams side by side.</summary>
    /// <param name="workers">The threads.</param>
    /// <param name="profile">The block is at least twice the third-level cache, and at most an eighth of the memory.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static (double BytesPerSecond, int Streams) Measure(WorkerPool workers, MachineProfile profile, CancellationToken cancellationToken)
    {
        var bytes = Math.Min(Math.Clamp(2 * profile.Level3Bytes, LeastBytes, MostBytes), profile.MemoryBytes / 8);
        var part = bytes / workers.Workers / (8 * Piece) * (8 * Piece);
        if (part == 0)
            return (0, 0);
        var block = (byte*)NativeMemory.AlignedAlloc((nuint)(part * workers.Workers), 4096);
        try
        {
            // Each thread touches its own part: untouched pages would all be the one zero page, and on several nodes memory goes to whoever touches it first.
            BestOf.Rate(workers, worker => Touch(block + worker * part, part), TimeSpan.Zero, cancellationToken);
            var best = (Rate: 0.0, Streams: 0);
            foreach (var streams in new[] { 1, 2, 4, 8 })
            {
                var rate = BestOf.Rate(workers, worker => Read(block + worker * part, part / streams, streams), _perStreamCount, cancellationToken);
                if (rate > best.Rate)
                    best = (rate, streams);
            }
            return (best.Rate * part * workers.Workers, best.Streams);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    private static long Touch(byte* at, long bytes)
    {
        for (long page = 0; page < bytes; page += 4096)
            at[page] = 1;
        return at[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // measured from its first call on
    internal static long Read(byte* start, long length, int streams)
    {
        Vector256<ulong> a = default, b = default, c = default, d = default;
        for (long at = 0; at < length; at += Piece)
        {
            var from = start + at;
            for (var stream = 0; stream < streams; stream++, from += length)
            {
                a ^= Vector256.Load((ulong*)from) ^ Vector256.Load((ulong*)(from + 32));
                b ^= Vector256.Load((ulong*)(from + 64)) ^ Vector256.Load((ulong*)(from + 96));
                c ^= Vector256.Load((ulong*)(from + 128)) ^ Vector256.Load((ulong*)(from + 160));
                d ^= Vector256.Load((ulong*)(from + 192)) ^ Vector256.Load((ulong*)(from + 224));
            }
        }
        return (long)(a ^ b ^ c ^ d).GetElement(0);
    }
}
