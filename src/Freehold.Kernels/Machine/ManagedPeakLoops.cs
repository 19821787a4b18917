using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Machine;

/// <summary>The loops .NET's own intrinsics can run, those this CPU has.</summary>
internal static class ManagedPeakLoops
{
    // A third of a millisecond: short enough to fall between two interruptions.
    private const int Loops = 100_000;

    /// <summary>Byte products that this version's kernels use.</summary>
    public static IEnumerable<PeakLoop> Integer()
    {
        if (AvxVnni.IsSupported)
            yield return new Loop("vpdpbusd 256", 10 * 64, InstructionSet.AvxVnni, Vnni256);
        if (Avx512BW.IsSupported)
            yield return new Loop("vpmaddubsw 512", 12 * 128, InstructionSet.Avx512, Maddubs512);
        if (Avx2.IsSupported)
            yield return new Loop("vpmaddubsw 256", 12 * 64, InstructionSet.Avx2, Maddubs256);
        if (Dp.IsSupported)
            yield return new Loop("sdot 128", 12 * 32, InstructionSet.AdvSimd, Sdot128);
    }

    /// <summary>Float products of 512 bits, in floating-point operations: what the peak of 512-bit VNNI is derived from.</summary>
    public static PeakLoop Fma512() => new Loop("vfmadd231ps 512", 10 * 32, null, Fused512);

    /// <summary>Cycles: one multiplication of 64 bits follows another, each of which takes three on every x86-64 CPU since 2008 (uops.info, IMUL).</summary>
    public static PeakLoop Cycles() => new Loop("clock", 12 * 3, null, Multiplications);

    private sealed class Loop(string instruction, double operations, InstructionSet? isa, Func<long> run) : PeakLoop(instruction, operations * Loops, isa)
    {
        public override long Run() => run();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // measured from its first call on
    private static long Multiplications()
    {
        ulong x = 3;
        for (var loop = 0; loop < Loops; loop++)
        {
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
            x *= x;
        }
        return (long)x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Vnni256()
    {
        Vector256<int> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default, j = default;
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
            i = AvxVnni.MultiplyWideningAndAdd(i, x, y);
            j = AvxVnni.MultiplyWideningAndAdd(j, x, y);
        }
        return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j).GetElement(0);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sdot128()
    {
        Vector128<int> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default, j = default, k = default, l = default;
        var x = Vector128.Create((sbyte)3);
        for (var loop = 0; loop < Loops; loop++)
        {
            a = Dp.DotProduct(a, x, x);
            b = Dp.DotProduct(b, x, x);
            c = Dp.DotProduct(c, x, x);
            d = Dp.DotProduct(d, x, x);
            e = Dp.DotProduct(e, x, x);
            f = Dp.DotProduct(f, x, x);
            g = Dp.DotProduct(g, x, x);
            h = Dp.DotProduct(h, x, x);
            i = Dp.DotProduct(i, x, x);
            j = Dp.DotProduct(j, x, x);
            k = Dp.DotProduct(k, x, x);
            l = Dp.DotProduct(l, x, x);
        }
        return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Fused512()
    {
        Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default, j = default;
        var x = Vector512.Create(0.5f);
        for (var loop = 0; loop < Loops; loop++)
        {
            a = Avx512F.FusedMultiplyAdd(a, x, x);
            b = Avx512F.FusedMultiplyAdd(b, x, x);
            c = Avx512F.FusedMultiplyAdd(c, x, x);
            d = Avx512F.FusedMultiplyAdd(d, x, x);
            e = Avx512F.FusedMultiplyAdd(e, x, x);
            f = Avx512F.FusedMultiplyAdd(f, x, x);
            g = Avx512F.FusedMultiplyAdd(g, x, x);
            h = Avx512F.FusedMultiplyAdd(h, x, x);
            i = Avx512F.FusedMultiplyAdd(i, x, x);
            j = Avx512F.FusedMultiplyAdd(j, x, x);
        }
        return (long)(a + b + c + d + e + f + g + h + i + j).GetElement(0);
    }
}
