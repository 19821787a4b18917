using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Numerics;

/// <summary>Sums over a vector: sixteen accumulators by index mod 16, folded 8, 4, 2, 1; the tail goes to the same accumulators.</summary>
internal static unsafe class LaneReductions<T>
    where T : struct, ILanes16<T>
{
    /// <summary>Floats of one partial sum in <see cref="LogSumExp"/>.</summary>
    private const int Section = 1024;

    public static float Dot(float* left, float* right, int count)
    {
        var sum = T.Broadcast(0f);
        var i = 0;
        for (; i <= count - 16; i += 16)
            sum = T.MultiplyAdd(T.Load(left + i), T.Load(right + i), sum);
        if (i < count)
            sum = T.MultiplyAdd(LaneTail.Load<T>(left + i, count - i), LaneTail.Load<T>(right + i, count - i), sum);
        return T.FoldSum(sum);
    }

    public static float SumOfSquares(float* values, int count)
    {
        var sum = T.Broadcast(0f);
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var x = T.Load(values + i);
            sum = T.MultiplyAdd(x, x, sum);
        }
        if (i < count)
        {
            var x = LaneTail.Load<T>(values + i, count - i);
            sum = T.MultiplyAdd(x, x, sum);
        }
        return T.FoldSum(sum);
    }

    public static float Sum(float* values, int count)
    {
        var sum = T.Broadcast(0f);
        var i = 0;
        for (; i <= count - 16; i += 16)
            sum += T.Load(values + i);
        if (i < count)
            sum += LaneTail.Load<T>(values + i, count - i);
        return T.FoldSum(sum);
    }

    /// <summary>The largest value; -infinity of none.</summary>
    public static float Max(float* values, int count)
    {
        var best = T.Broadcast(float.NegativeInfinity);
        var i = 0;
        for (; i <= count - 16; i += 16)
            best = T.Max(T.Load(values + i), best);
        var largest = T.FoldMax(best);
        for (; i < count; i++)
            largest = values[i] > largest ? values[i] : largest;
        return largest;
    }

    public static double LogSumExp(float* values, int count)
    {
        var largest = Max(values, count);
        if (float.IsInfinity(largest))
            return largest;
        var shift = T.Broadcast(largest);
        double total = 0;
        // Sections keep the float partial sums short; their exact doubles are added in order.
        for (var start = 0; start < count; start += Section)
        {
            var end = count - start < Section ? count : start + Section;
            var sum = T.Broadcast(0f);
            var i = start;
            for (; i <= end - 16; i += 16)
                sum += LaneFunctions.Exp(T.Load(values + i) - shift);
            double part = T.FoldSum(sum);
            for (; i < end; i++)
                part += Elementary.Exp(values[i] - largest);
            total += part;
        }
        return largest + Elementary.Log(total);
    }
}
