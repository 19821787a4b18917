using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Tests.Generated;
using Freehold.Kernels.Threads;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Check;

/// <summary>AMX: bits, speed of the code alone, and exceptions on threads that used tiles.</summary>
internal static unsafe class Tiles
{
    internal static bool SameBits()
    {
        var failures = new List<string>();
        foreach (var shape in new[] { new TileShape(false, 1), new TileShape(false, 2), new TileShape(false, 3), new TileShape(true, 2) })
            foreach (var groups in new[] { 4, 8, 20, 64 })
            {
                using var routines = new NativeRoutines(TilePanel.Routines(shape));
                using var sample = new TileSample(shape, groups, groups, random => random.NextSingle() - 0.5f);
                var expected = sample.Expected();
                Configure(routines);
                fixed (TileCall* call = &sample.Call)
                    routines.Call(TilePanel.Multiply, call);
                routines.Call(TilePanel.Release, null);
                if (Correctness.Difference(expected, sample.Chains) is { } at)
                    failures.Add($"{shape} {groups} groups: value {at} is {sample.Chains[at]:R}, not {expected[at]:R}");
            }
        Console.WriteLine($"bits     tiles      {(failures.Count == 0 ? "PASS: depths 1 to 3, with and without minimums" : "FAIL: " + string.Join("; ", failures))}");
        return failures.Count == 0;
    }

    /// <summary>Prints the raw peak and what the code reaches on sixteen rows by a stretch, the activations coming from the second-level cache.</summary>
    internal static void PrintSpeed(int threads)
    {
        using var pool = new WorkerPool(threads, usesTiles: true);
        Pinned.Pin(pool);
        var peaks = new[] { 64, 32 }.Select(k => Peak(pool, threads, k)).ToArray();
        Console.WriteLine($"tiles    {threads} threads tdpbssd peak {peaks[0] / 1e12:F2} TOPS by 64 inputs, {peaks[1] / 1e12:F2} TOPS by 32");
        foreach (var shape in new[] { new TileShape(false, 1), new TileShape(false, 2), new TileShape(false, 3), new TileShape(true, 2) })
        {
            var line = $"tiles    {threads} threads 16 rows x 32 outputs, {(shape.Minimum ? "minimums, " : "")}depth {shape.Depth}:";
            foreach (var groups in new[] { 8, 16, 32, 64 })
                line += $"   {groups} groups {Code(pool, threads, shape, groups) / 1e12:F3} TOPS";
            Console.WriteLine(line);
        }
    }

    /// <summary>Throws null references on threads whose tiles are in use, with collections meanwhile.</summary>
    internal static bool Survive(int threads)
    {
        const int Times = 3000;
        Console.WriteLine("tiles    null references on threads that use tiles (if this is the last line, the process died) ...");
        using var pool = new WorkerPool(threads, usesTiles: true);
        var shape = new TileShape(false, 2);
        using var routines = new NativeRoutines(TilePanel.Routines(shape));
        var caught = 0;
        for (var i = 0; i < Times; i++)
        {
            var bad = i % threads;
            try
            {
                pool.Run(new Pinned((worker, _) =>
                {
                    Configure(routines);
                    using var own = new TileSample(shape, 8, 1, random => random.NextSingle());
                    fixed (TileCall* call = &own.Call)
                        routines.Call(TilePanel.Multiply, call);
                    if (worker == bad)
                        _ = ((string)null!).Length;
                    routines.Call(TilePanel.Release, null);
                }));
            }
            catch (NullReferenceException)
            {
                caught++;
            }
            if (i % 100 == 0)
                GC.Collect();
        }
        Console.WriteLine($"tiles    {(caught == Times ? "PASS" : "FAIL")}: {caught} of {Times} were exceptions");
        return caught == Times;
    }

    private static void Configure(NativeRoutines routines)
    {
        fixed (byte* configuration = TilePanel.Configuration())
            routines.Call(TilePanel.Configure, configuration);
    }

    private static double Code(WorkerPool pool, int threads, TileShape shape, int groups)
    {
        const int Tiles = 32, Repeats = 4;
        using var routines = new NativeRoutines(TilePanel.Routines(shape));
        var perTile = groups * 512;
        var perThread = 4L << 20;
        var memory = Peaks.Allocate(perThread * threads);
        new Span<byte>(memory, checked((int)(perThread * threads))).Clear();
        var work = new Pinned((worker, _) =>
        {
            Configure(routines);
            var bytes = memory + worker * perThread;
            for (var i = 0; i < Tiles * Repeats; i++)
            {
                var tile = i % Tiles;
                var call = new TileCall
                {
                    Panel = (sbyte*)bytes,
                    Scale = (float*)(bytes + (128 << 10)),
                    Minimum = (float*)(bytes + (192 << 10)),
                    D = (float*)(bytes + (256 << 10)),
                    DSums = (float*)(bytes + (320 << 10)),
                    Ring = (int*)(bytes + (384 << 10)),
                    Y = (float*)(bytes + (512 << 10) + tile * 2048),
                    Q = (sbyte*)(bytes + (2 << 20) + tile * perTile),
                    Next = (sbyte*)(bytes + (2 << 20) + (tile + 1) % Tiles * perTile),
                    Groups = groups,
                };
                routines.Call(TilePanel.Multiply, &call);
            }
            routines.Call(TilePanel.Release, null);
        });
        var seconds = Peaks.Shortest(0.3, () => pool.Run(work), least: 20);
        NativeMemory.AlignedFree(memory);
        return 2.0 * threads * Tiles * Repeats * 16 * 32 * 32 * groups / seconds;
    }

    private static double Peak(WorkerPool pool, int threads, int inputs)
    {
        const int Loops = 2000, Products = 16;
        var c = new Assembler(64);
        c.ldtilecfg(__[rdi]);
        c.mov(rax, Loops);
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3];
        foreach (var tile in new[] { tmm0, tmm1, tmm2, tmm3, tmm4, tmm6 })
            c.tilezero(tile);
        var loop = c.CreateLabel();
        c.Label(ref loop);
        for (var i = 0; i < Products; i++)
            c.tdpbssd(sums[i % 4], tmm4, tmm6);
        c.dec(rax);
        c.jne(loop);
        c.tilerelease();
        c.ret();
        using var routines = new NativeRoutines([c.Bytes()]);
        var configuration = TilePanel.Configuration();
        if (inputs == 64)
            (configuration[16 + 8], configuration[16 + 10], configuration[48 + 6], configuration[48 + 7]) = (64, 64, 16, 16);
        fixed (byte* at = configuration)
        {
            var address = (nint)at;
            var work = new Pinned((_, _) => routines.Call(0, (void*)address));
            return 2.0 * threads * Loops * Products * 16 * 16 * inputs / Peaks.Shortest(0.4, () => pool.Run(work), least: 20);
        }
    }
}
