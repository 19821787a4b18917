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
    private static readonly TileShape[] Shapes =
        [new(false), new(true), new(false, HalfScales: true), new(false, Planes: 2), new(true, Planes: 2)];

    internal static bool SameBits()
    {
        var failures = new List<string>();
        using var tiles = Configuration();
        foreach (var shape in Shapes)
            foreach (var groups in new[] { 4, 8, 20, 64 })
            {
                using var routines = new NativeRoutines(TilePanel.Routines(shape));
                using var sample = new TileSample(shape, groups, groups, random => random.NextSingle() - 0.5f);
                var expected = sample.Expected();
                tiles.Enter();
                fixed (TileCall* call = &sample.Call)
                    routines.Call(groups % 8 == 0 ? TilePanel.Near : TilePanel.Far, call);
                tiles.Leave();
                if (Correctness.Difference(expected, sample.Chains) is { } at)
                    failures.Add($"{shape} {groups} groups: value {at} is {sample.Chains[at]:R}, not {expected[at]:R}");
            }
        Console.WriteLine($"bits     tiles      {(failures.Count == 0 ? "PASS: with and without minimums, both kinds of scales, one plane and two" : "FAIL: " + string.Join("; ", failures))}");
        return failures.Count == 0;
    }

    /// <summary>Prints the raw peak and what the code reaches on twelve rows by a stretch of two panels, the activations coming from the second-level cache.</summary>
    internal static void PrintSpeed(int threads)
    {
        using var pool = new WorkerPool(threads);
        Pinned.Pin(pool);
        var peaks = new[] { 64, 32 }.Select(k => Peak(pool, threads, k)).ToArray();
        Console.WriteLine($"tiles    {threads} threads tdpbssd peak {peaks[0] / 1e12:F2} TOPS by 64 inputs, {peaks[1] / 1e12:F2} TOPS by 32");
        foreach (var shape in Shapes)
        {
            var line = $"tiles    {threads} threads 12 rows x 32 outputs, {(shape.Minimum ? "minimums, " : shape.HalfScales ? "binary16 scales, " : "")}{shape.Planes} plane{(shape.Planes == 1 ? "" : "s")}:";
            foreach (var groups in new[] { 8, 16, 32, 64 })
                line += $"   {groups} groups {Code(pool, threads, shape, groups) / 1e12:F3} TOPS";
            Console.WriteLine(line);
        }
    }

    /// <summary>Throws null references on threads whose tiles are in use, and on those that used them before, with collections meanwhile.</summary>
    internal static bool Survive(int threads, int times)
    {
        Console.WriteLine("tiles    null references on threads that use tiles (if this is the last line, the process died) ...");
        using var pool = new WorkerPool(threads);
        var shape = new TileShape(false);
        using var tiles = Configuration();
        using var routines = new NativeRoutines(TilePanel.Routines(shape));
        int caught = 0, after = 0;
        for (var i = 0; i < times; i++)
        {
            var bad = i % threads;
            try
            {
                pool.Run(new Pinned((worker, _) =>
                {
                    tiles.Enter();
                    using var own = new TileSample(shape, 8, 1, random => random.NextSingle());
                    fixed (TileCall* call = &own.Call)
                        routines.Call(TilePanel.Near, call);
                    if (worker == bad)
                        _ = ((string)null!).Length;
                    tiles.Leave();
                }));
            }
            catch (NullReferenceException)
            {
                caught++;
            }
            try
            {
                _ = ((string)null!).Length;
            }
            catch (NullReferenceException)
            {
                after++;
            }
            if (i % 100 == 0)
                GC.Collect();
        }
        var passed = (caught, after) == (times, times);
        Console.WriteLine($"tiles    {(passed ? "PASS" : "FAIL")}: {caught} and {after} of {times} were exceptions");
        return passed;
    }

    private static TileConfiguration Configuration() => new(TilePanel.Configuration(), code => new NativeRoutines(code));

    private static double Code(WorkerPool pool, int threads, TileShape shape, int groups)
    {
        const int Tiles = 32, Repeats = 4;
        using var tiles = Configuration();
        using var routines = new NativeRoutines(TilePanel.Routines(shape));
        var perTile = groups * shape.Planes * TilePanel.PlaneBytes;
        var perThread = 4L << 20;
        var memory = Peaks.Allocate(perThread * threads);
        new Span<byte>(memory, checked((int)(perThread * threads))).Clear();
        var work = new Pinned((worker, _) =>
        {
            tiles.Enter();
            var bytes = memory + worker * perThread;
            var call = new TileCall
            {
                Panel0 = (sbyte*)bytes,
                Panel1 = (sbyte*)bytes + groups * TilePanel.GroupBytes,
                Scale0 = bytes + (128 << 10),
                Scale1 = bytes + (128 << 10) + groups * 64,
                Minimum0 = (float*)(bytes + (192 << 10)),
                Minimum1 = (float*)(bytes + (192 << 10) + groups * 64),
                D = (float*)(bytes + (256 << 10)),
                DSums = (float*)(bytes + (320 << 10)),
                Ring = (int*)(bytes + (384 << 10)),
                Groups = groups,
            };
            for (var i = 0; i < Tiles * Repeats; i++)
            {
                call.Y = (float*)(bytes + (512 << 10) + i % Tiles * 2048);
                call.Q = (sbyte*)(bytes + (2 << 20) + i % Tiles * perTile);
                routines.Call(TilePanel.Near, &call);
            }
            tiles.Leave();
        });
        var seconds = Peaks.Shortest(0.3, () => pool.Run(work), least: 20);
        NativeMemory.AlignedFree(memory);
        return 2.0 * threads * Tiles * Repeats * TilePanel.Rows * 32 * 32 * groups / seconds;
    }

    private static double Peak(WorkerPool pool, int threads, int inputs)
    {
        const int Loops = 2000, Products = 16;
        var c = new Assembler(64);
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
        c.ret();
        using var routines = new NativeRoutines([c.Bytes()]);
        using var tiles = new TileConfiguration(
            TileConfiguration.Describe(tile => tile switch { 4 or 5 => (16, inputs), 6 or 7 => (inputs / 4, 64), _ => (16, 64) }), code => new NativeRoutines(code));
        var work = new Pinned((_, _) =>
        {
            tiles.Enter();
            routines.Call(0, null);
            tiles.Leave();
        });
        return 2.0 * threads * Loops * Products * 16 * 16 * inputs / Peaks.Shortest(0.4, () => pool.Run(work), least: 20);
    }
}
