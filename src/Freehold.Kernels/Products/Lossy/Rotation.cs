using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// The orthonormal Walsh-Hadamard rotation of 64 values, its own inverse: an outlier is shared out over its block (QuaRot, arXiv 2404.00456). Six rounds of
/// butterflies at distances 1, 2, 4, 8, 16, 32, each a sum or difference of two floats, then a product with 1/8, which is exact: one order, so equal bits everywhere.
/// </summary>
internal static unsafe class Rotation
{
    /// <summary>Values rotated together.</summary>
    internal const int Length = 64;

    private const float Norm = 0.125f;

    /// <summary>The oracle: rotates 64 values where they are.</summary>
    internal static void Block(float* x)
    {
        for (var distance = 1; distance < Length; distance *= 2)
            for (var i = 0; i < Length; i++)
                if ((i & distance) == 0)
                    (x[i], x[i + distance]) = (x[i] + x[i + distance], x[i] - x[i + distance]);
        for (var i = 0; i < Length; i++)
            x[i] *= Norm;
    }

    /// <summary>The same in registers of eight, from <paramref name="x"/> to <paramref name="to"/>.</summary>
    internal static void Vectors(float* x, float* to)
    {
        Vector256<float> a = Inside(Vector256.Load(x)), b = Inside(Vector256.Load(x + 8)), c = Inside(Vector256.Load(x + 16)), d = Inside(Vector256.Load(x + 24));
        Vector256<float> e = Inside(Vector256.Load(x + 32)), f = Inside(Vector256.Load(x + 40)), g = Inside(Vector256.Load(x + 48)), h = Inside(Vector256.Load(x + 56));
        (a, b, c, d, e, f, g, h) = (a + b, a - b, c + d, c - d, e + f, e - f, g + h, g - h);
        (a, b, c, d, e, f, g, h) = (a + c, b + d, a - c, b - d, e + g, f + h, e - g, f - h);
        (a, b, c, d, e, f, g, h) = (a + e, b + f, c + g, d + h, a - e, b - f, c - g, d - h);
        var norm = Vector256.Create(Norm);
        (a * norm).Store(to);
        (b * norm).Store(to + 8);
        (c * norm).Store(to + 16);
        (d * norm).Store(to + 24);
        (e * norm).Store(to + 32);
        (f * norm).Store(to + 40);
        (g * norm).Store(to + 48);
        (h * norm).Store(to + 56);
    }

    /// <summary>The same in registers of four.</summary>
    internal static void Vectors128(float* x, float* to)
    {
        var (a, b, c, d) = Sixteen(x);
        var (e, f, g, h) = Sixteen(x + 16);
        var (i, j, k, l) = Sixteen(x + 32);
        var (m, n, o, p) = Sixteen(x + 48);
        Across(a, e, i, m, to);
        Across(b, f, j, n, to + 4);
        Across(c, g, k, o, to + 8);
        Across(d, h, l, p, to + 12);
    }

    /// <summary>Distances 1 to 8 of sixteen values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> A, Vector128<float> B, Vector128<float> C, Vector128<float> D) Sixteen(float* x)
    {
        Vector128<float> a = Inside(Vector128.Load(x)), b = Inside(Vector128.Load(x + 4)), c = Inside(Vector128.Load(x + 8)), d = Inside(Vector128.Load(x + 12));
        (a, b, c, d) = (a + b, a - b, c + d, c - d);
        return (a + c, b + d, a - c, b - d);
    }

    /// <summary>Distances 16 and 32, and the norm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Across(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* to)
    {
        var norm = Vector128.Create(Norm);
        (a, b, c, d) = (a + b, a - b, c + d, c - d);
        ((a + c) * norm).Store(to);
        ((b + d) * norm).Store(to + 16);
        ((a - c) * norm).Store(to + 32);
        ((b - d) * norm).Store(to + 48);
    }

    /// <summary>Distances 1 and 2, as in registers of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Inside(Vector128<float> v)
    {
        v = Vector128.Shuffle(v, Vector128.Create(1, 0, 3, 2)) + (v ^ Vector128.Create(0f, -0f, 0f, -0f));
        return Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)) + (v ^ Vector128.Create(0f, 0f, -0f, -0f));
    }

    /// <summary>Distances 1, 2 and 4: each lane takes its partner, and the upper one of a pair is subtracted (a sum with its sign changed, which is the same).</summary>
    private static Vector256<float> Inside(Vector256<float> v)
    {
        v = Vector256.Shuffle(v, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)) + (v ^ Vector256.Create(0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f));
        v = Vector256.Shuffle(v, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)) + (v ^ Vector256.Create(0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f));
        return Vector256.Shuffle(v, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)) + (v ^ Vector256.Create(0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f));
    }
}
