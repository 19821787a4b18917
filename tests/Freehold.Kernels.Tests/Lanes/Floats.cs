using System.Runtime.InteropServices;

namespace Freehold.Kernels.Tests.Lanes;

/// <summary>Floats outside the garbage collector's heap, as kernels take them.</summary>
internal sealed unsafe class Floats : IDisposable
{
    public Floats(long count)
    {
        Count = count;
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, count * sizeof(float)), 64);
        Span.Clear();
    }

    public float* Pointer { get; private set; }

    public long Count { get; }

    public Span<float> Span => new(Pointer, checked((int)Count));

    /// <summary>Normally distributed floats, the same for the same seed.</summary>
    public static Floats Random(long count, int seed, float scale = 1)
    {
        var result = new Floats(count);
        var random = new Random(seed);
        foreach (ref var x in result.Span)
            x = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())) * scale;
        return result;
    }

    public Floats Copy()
    {
        var result = new Floats(Count);
        Span.CopyTo(result.Span);
        return result;
    }

    /// <summary>The bits, for comparison: NaNs of any kind are one.</summary>
    public int[] Bits() => Bits(Span);

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (var i = 0; i < bits.Length; i++)
            bits[i] = BitConverter.SingleToInt32Bits(float.IsNaN(values[i]) ? float.NaN : values[i]);
        return bits;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
