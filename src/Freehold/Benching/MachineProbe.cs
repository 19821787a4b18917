using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Threads;

namespace Freehold.Benching;

/// <summary>What this machine gives: memory read in bytes a second, and int8 operations (a multiplication and an addition are two) a second.</summary>
/// <param name="BytesPerSecond">The best of several reads of a block far larger than any cache, by all threads.</param>
/// <param name="OperationsPerSecond">The best of several register-only loops, by all threads; 0 where no loop is written for this CPU.</param>
/// <param name="Instruction">The instruction that reached it.</param>
internal sealed record MachineProbe(double BytesPerSecond, double OperationsPerSecond, string Instruction)
{
    private const long BlockBytes = 256L << 20;
    private const int Rounds = 5, Loops = 2_000_000;

    /// <summary>Measures with the threads that the model uses.</summary>
    public static MachineProbe Measure(WorkerPool workers, CancellationToken cancellationToken)
    {
        var (operations, instruction) = Arithmetic(workers, cancellationToken);
        return new MachineProbe(Memory(workers, cancellationToken), operations, instruction);
    }

    private static unsafe double Memory(WorkerPool workers, CancellationToken cancellationToken)
    {
        var block = (byte*)NativeMemory.AlignedAlloc((nuint)BlockBytes, 4096);
        try
        {
            NativeMemory.Fill(block, (nuint)BlockBytes, 1); // touched, or every page would be the one zero page
            var part = BlockBytes / workers.Workers / 4096 * 4096;
            return Best(workers, new Work(worker => Read(block + worker * part, part)), cancellationToken) * part * workers.Workers;
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    private static (double Operations, string Instruction) Arithmetic(WorkerPool workers, CancellationToken cancellationToken)
    {
        var best = (Operations: 0.0, Instruction: "none");
        void Try(bool supported, string name, int operations, Func<int, long> loop)
        {
            if (!supported)
                return;
            var rate = Best(workers, new Work(loop), cancellationToken) * Loops * operations * workers.Workers;
            if (rate > best.Operations)
                best = (rate, name);
        }

        // Chains enough to hide the latency; 2 operations for each of a vector's bytes.
        Try(AvxVnni.IsSupported, "vpdpbusd 256", 8 * 64, _ => Vnni256());
        Try(Avx512BW.IsSupported, "vpmaddubsw 512", 12 * 128, _ => Maddubs512());
        Try(Avx2.IsSupported, "vpmaddubsw 256", 12 * 64, _ => Maddubs256());
        return best;
    }

    // Runs a second, as the best of several.
    private static double Best(WorkerPool workers, Work work, CancellationToken cancellationToken)
    {
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            workers.Run(work);
            best = Math.Max(best, 1 / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // measured from its first call on
    private static unsafe long Read(byte* at, long bytes)
    {
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (var end = at + bytes; at < end; at += 256)
        {
            a ^= Vector512.Load((ulong*)at);
            b ^= Vector512.Load((ulong*)(at + 64));
            c ^= Vector512.Load((ulong*)(at + 128));
            d ^= Vector512.Load((ulong*)(at + 192));
        }
        return (long)(a ^ b ^ c ^ d).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Vnni256()
    {
        Vector256<int> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var x = Vector256.Create((byte)3);
        var y = Vector256.Create((sbyte)-5);
        for (var loop = 0; loop < Loops; loop++)
        {
            a = AvxVnni.MultiplyWideningAndAdd(a, x, y);
            b = AvxVnni.MultiplyWideningAndAdd(b, x, y);
            c = AvxVnni.MultiplyWideningAndAdd(c, x, y);
            d = AvxVnni.MultiplyWideningAndAdd(d, x, y);
            e = AvxVnni.MultiplyWideningAndAdd(e, x, y);
            f = AvxVnni.MultiplyWideningAndAdd(f, x, y);
            g = AvxVnni.MultiplyWideningAndAdd(g, x, y);
            h = AvxVnni.MultiplyWideningAndAdd(h, x, y);
        }
        return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h).GetElement(0);
    }

    // The product alone: what is added up in 16 bits must be widened from time to time, so no kernel quite reaches this.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Maddubs512()
    {
        Vector512<short> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default, j = default, k = default, l = default;
        var x = Vector512.Create((byte)3);
        for (var loop = 0; loop < Loops; loop++)
        {
            a += Avx512BW.MultiplyAddAdjacent(x, a.AsSByte());
            b += Avx512BW.MultiplyAddAdjacent(x, b.AsSByte());
            c += Avx512BW.MultiplyAddAdjacent(x, c.AsSByte());
            d += Avx512BW.MultiplyAddAdjacent(x, d.AsSByte());
            e += Avx512BW.MultiplyAddAdjacent(x, e.AsSByte());
            f += Avx512BW.MultiplyAddAdjacent(x, f.AsSByte());
            g += Avx512BW.MultiplyAddAdjacent(x, g.AsSByte());
            h += Avx512BW.MultiplyAddAdjacent(x, h.AsSByte());
            i += Avx512BW.MultiplyAddAdjacent(x, i.AsSByte());
            j += Avx512BW.MultiplyAddAdjacent(x, j.AsSByte());
            k += Avx512BW.MultiplyAddAdjacent(x, k.AsSByte());
            l += Avx512BW.MultiplyAddAdjacent(x, l.AsSByte());
        }
        return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Maddubs256()
    {
        Vector256<short> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default, j = default, k = default, l = default;
        var x = Vector256.Create((byte)3);
        for (var loop = 0; loop < Loops; loop++)
        {
            a += Avx2.MultiplyAddAdjacent(x, a.AsSByte());
            b += Avx2.MultiplyAddAdjacent(x, b.AsSByte());
            c += Avx2.MultiplyAddAdjacent(x, c.AsSByte());
            d += Avx2.MultiplyAddAdjacent(x, d.AsSByte());
            e += Avx2.MultiplyAddAdjacent(x, e.AsSByte());
            f += Avx2.MultiplyAddAdjacent(x, f.AsSByte());
            g += Avx2.MultiplyAddAdjacent(x, g.AsSByte());
            h += Avx2.MultiplyAddAdjacent(x, h.AsSByte());
            i += Avx2.MultiplyAddAdjacent(x, i.AsSByte());
            j += Avx2.MultiplyAddAdjacent(x, j.AsSByte());
            k += Avx2.MultiplyAddAdjacent(x, k.AsSByte());
            l += Avx2.MultiplyAddAdjacent(x, l.AsSByte());
        }
        return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l).GetElement(0);
    }

    private sealed class Work(Func<int, long> part) : ParallelWork
    {
        private long _kept; // keeps the loops from being optimised away

        public override void Run(WorkerPool pool, int worker, int workers) => Interlocked.Add(ref _kept, part(worker));
    }
}
