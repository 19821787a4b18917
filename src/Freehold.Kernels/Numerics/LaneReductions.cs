using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>Sums over a row in the one order: 16 accumulators by index mod 16, folded 8, 4, 2, 1.</summary>
internal static unsafe class LaneReductions
{
    private const int Width = 16;

    // Few enough that a float sum of them keeps its digits.
    private const int Section = 1024;

    public static float Dot<T>(float* x, float* y, int length)
        where T : struct, ILanes16<T>
    {
        var sum = T.Broadcast(0);
        var i = 0;
        for (; i + Width <= length; i += Width)
            sum = T.MultiplyAdd(T.Load(x + i), T.Load(y + i), sum);
        if (i < length)
            sum = T.MultiplyAdd(LaneTail.Load<T>(x + i, length - i), LaneTail.Load<T>(y + i, length - i), sum);
        return T.FoldSum(sum);
    }

    public static float Sum<T>(float* x, int length)
        where T : struct, ILanes16<T>
    {
        var sum = T.Broadcast(0);
        var i = 0;
        for (; i + Width <= length; i += Width)
            sum += T.Load(x + i);
        if (i < length)
            sum += LaneTail.Load<T>(x + i, length - i);
        return T.FoldSum(sum);
    }

    /// <summary>Sum of (x - centre) squared.</summary>
    public static float SumOfSquares<T>(float* x, float centre, int length)
        where T : struct, ILanes16<T>
    {
        var sum = T.Broadcast(0);
        var middle = T.Broadcast(centre);
        var i = 0;
        for (; i + Width <= length; i += Width)
        {
            var d = T.Load(x + i) - middle;
            sum = T.MultiplyAdd(d, d, sum);
        }
        if (i < length)
        {
            // Lanes beyond the row count as the centre itself.
            var d = (LaneTail.Load<T>(x + i, length - i) - middle) & T.IntGreaterThan(T.BroadcastBits(length - i), T.Indices);
            sum = T.MultiplyAdd(d, d, sum);
        }
        return T.FoldSum(sum);
    }

    /// <summary>Exponentials and sums of <see cref="Section"/> values are in float; the sums are added, in order, in double.</summary>
    public static double LogSumExp<T>(float* x, int length)
        where T : struct, ILanes16<T>
    {
        var lowest = T.Broadcast(float.NegativeInfinity);
        var largest = lowest;
        var i = 0;
        for (; i + Width <= length; i += Width)
            largest = T.Max(T.Load(x + i), largest);
        var tail = length - i;
        var inside = T.IntGreaterThan(T.BroadcastBits(tail), T.Indices);
        if (tail > 0)
            largest = T.Max(T.Select(inside, LaneTail.Load<T>(x + i, tail), lowest), largest);
        var max = T.FoldMax(largest);
        if (float.IsInfinity(max))
        {
            // The maximum passes NaN over.
            foreach (var value in new ReadOnlySpan<float>(x, length))
                if (float.IsNaN(value))
                    return double.NaN;
            return max;
        }
        var shift = T.Broadcast(max);
        double total = 0;
        for (i = 0; i < length;)
        {
            var sum = T.Broadcast(0);
            for (var end = Math.Min(i + Section, length); i < end; i += Width)
                sum += length - i >= Width
                    ? LaneFunctions.Exp(T.Load(x + i) - shift)
                    : LaneFunctions.Exp(LaneTail.Load<T>(x + i, tail) - shift) & inside;
            total += T.FoldSum(sum);
        }
        return double.IsNaN(total) ? total : max + DoubleFunctions.Log(total);
    }
}
