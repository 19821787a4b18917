using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>Sums over a row in the one order: 16 accumulators by index mod 16, folded 8, 4, 2, 1.</summary>
internal static unsafe class LaneReductions
{
    private const int Width = 16;

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

    public static float LogSumExp<T>(float* x, int length)
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
        if (max == float.NegativeInfinity)
            return max;
        var (shift, sum) = (T.Broadcast(max), T.Broadcast(0));
        for (i = 0; i + Width <= length; i += Width)
            sum += LaneFunctions.Exp(T.Load(x + i) - shift);
        if (tail > 0)
            sum += LaneFunctions.Exp(LaneTail.Load<T>(x + i, tail) - shift) & inside;
        return max + Functions.Log(T.FoldSum(sum));
    }
}
