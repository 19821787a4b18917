using System.Runtime.CompilerServices;
using Freehold.Kernels.Lanes;
using Freehold.Kernels.Numerics;

namespace Freehold.Kernels.Rows;

/// <summary>
/// Norms and elementwise operations. Each element goes through the same operations whatever the vector width; sums over a row are
/// sixteen accumulators by column mod 16, folded 8, 4, 2, 1.
/// </summary>
internal static unsafe class RowKernels<T>
    where T : struct, ILanes16<T>
{
    /// <summary>Does rows <paramref name="first"/> to <paramref name="end"/> - 1 of the call.</summary>
    public static void Execute(in RowCall call, int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            var x = call.X + row * call.XStride;
            var y = call.Y + row * call.YStride;
            switch (call.Operation)
            {
                case RowOperation.RmsNorm:
                    RmsNorm(x, call.Second, call.Number, y, call.Columns);
                    break;
                case RowOperation.LayerNorm:
                    LayerNorm(x, call.Second, call.Third, call.Number, y, call.Columns);
                    break;
                case RowOperation.Gate:
                    Gate(call.Activation, x, call.Second + row * call.SecondStride, y, call.Columns);
                    break;
                case RowOperation.Activate:
                    Map(new Activated(call.Activation), x, call.Columns);
                    break;
                case RowOperation.Add:
                case RowOperation.AddToEach:
                    Add(x, call.Second + row * call.SecondStride, call.Columns);
                    break;
                case RowOperation.Scale:
                    Map(new Scaled(call.Number), x, call.Columns);
                    break;
                default:
                    Map(new Capped(call.Number), x, call.Columns);
                    break;
            }
        }
    }

    private static void RmsNorm(float* x, float* weight, float epsilon, float* y, int columns)
    {
        var mean = LaneReductions<T>.SumOfSquares(x, columns) / columns;
        var factor = T.Broadcast(1f / MathF.Sqrt(mean + epsilon));
        var i = 0;
        if (weight == null)
        {
            for (; i <= columns - 16; i += 16)
                T.Store(T.Load(x + i) * factor, y + i);
            if (i < columns)
                LaneTail.Store(LaneTail.Load<T>(x + i, columns - i) * factor, y + i, columns - i);
            return;
        }
        for (; i <= columns - 16; i += 16)
            T.Store(T.Load(x + i) * factor * T.Load(weight + i), y + i);
        if (i < columns)
        {
            var left = columns - i;
            LaneTail.Store(LaneTail.Load<T>(x + i, left) * factor * LaneTail.Load<T>(weight + i, left), y + i, left);
        }
    }

    private static void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int columns)
    {
        var mean = LaneReductions<T>.Sum(x, columns) / columns;
        var centre = T.Broadcast(mean);
        var squares = T.Broadcast(0f);
        var i = 0;
        for (; i <= columns - 16; i += 16)
        {
            var d = T.Load(x + i) - centre;
            squares = T.MultiplyAdd(d, d, squares);
        }
        if (i < columns)
        {
            // Absent lanes hold the mean itself, so that they add nothing.
            var part = stackalloc float[16];
            for (var k = 0; k < 16; k++)
                part[k] = i + k < columns ? x[i + k] : mean;
            var d = T.Load(part) - centre;
            squares = T.MultiplyAdd(d, d, squares);
        }
        var factor = T.Broadcast(1f / MathF.Sqrt(T.FoldSum(squares) / columns + epsilon));
        for (i = 0; i <= columns - 16; i += 16)
        {
            var z = (T.Load(x + i) - centre) * factor * T.Load(weight + i);
            T.Store(bias == null ? z : z + T.Load(bias + i), y + i);
        }
        if (i < columns)
        {
            var left = columns - i;
            var z = (LaneTail.Load<T>(x + i, left) - centre) * factor * LaneTail.Load<T>(weight + i, left);
            LaneTail.Store(bias == null ? z : z + LaneTail.Load<T>(bias + i, left), y + i, left);
        }
    }

    private static void Gate(Activation kind, float* gate, float* up, float* y, int columns)
    {
        var i = 0;
        for (; i <= columns - 16; i += 16)
            T.Store(Activate(kind, T.Load(gate + i)) * T.Load(up + i), y + i);
        if (i < columns)
        {
            var left = columns - i;
            LaneTail.Store(Activate(kind, LaneTail.Load<T>(gate + i, left)) * LaneTail.Load<T>(up + i, left), y + i, left);
        }
    }

    private static void Add(float* x, float* y, int columns)
    {
        var i = 0;
        for (; i <= columns - 16; i += 16)
            T.Store(T.Load(x + i) + T.Load(y + i), x + i);
        for (; i < columns; i++)
            x[i] += y[i];
    }

    private static void Map<TFunction>(TFunction function, float* x, int columns)
        where TFunction : struct, IFunction
    {
        var i = 0;
        for (; i <= columns - 16; i += 16)
            T.Store(function.Of(T.Load(x + i)), x + i);
        if (i < columns)
            LaneTail.Store(function.Of(LaneTail.Load<T>(x + i, columns - i)), x + i, columns - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Activate(Activation kind, T x)
    {
        var one = T.Broadcast(1f);
        switch (kind)
        {
            case Activation.Silu:
                return x / (one + LaneFunctions.Exp(T.Broadcast(0f) - x));
            case Activation.GeluTanh:
                // 0.5 (1 + tanh u) = 1 / (1 + exp(-2u)), which keeps its digits where tanh u nears -1.
                var inner = T.MultiplyAdd(x * x, T.Broadcast(0.044715f) * x, x);
                return x / (one + LaneFunctions.Exp(inner * T.Broadcast(-1.59576912f)));
            case Activation.GeluErf:
                return T.Broadcast(0.5f) * x * LaneFunctions.OnePlusErf(x * T.Broadcast(0.707106781f));
            default:
                return T.Max(x, T.Broadcast(0f));
        }
    }

    private interface IFunction
    {
        T Of(T x);
    }

    private readonly struct Activated(Activation kind) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of(T x) => Activate(kind, x);
    }

    private readonly struct Scaled(float factor) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of(T x) => x * T.Broadcast(factor);
    }

    private readonly struct Capped(float cap) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of(T x) => SoftCap(x, T.Broadcast(cap));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T SoftCap(T x, T cap) => cap * LaneFunctions.Tanh(x / cap);
}
