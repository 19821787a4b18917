using System.Runtime.CompilerServices;
using Freehold.Kernels.Lanes;
using Freehold.Kernels.Numerics;

namespace Freehold.Kernels.Rows;

/// <summary>The row operations in sixteen lanes.</summary>
internal sealed unsafe class LaneRowKernels<T> : RowKernels
    where T : struct, ILanes16<T>
{
    private const int Width = 16;

    /// <summary>An operation on each element: of one row, or of two.</summary>
    private interface IMap
    {
        T Apply(T x, T y);
    }

    public override void RmsNorm(float* x, float* weight, float epsilon, float* y, int length)
    {
        var mean = LaneReductions.SumOfSquares<T>(x, 0, length) / length;
        var factor = 1 / MathF.Sqrt(mean + epsilon);
        if (weight is null)
            Map(x, x, y, length, new Scaled(T.Broadcast(factor)));
        else
            Map(x, weight, y, length, new ScaledTimes(T.Broadcast(factor)));
    }

    public override void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int length)
    {
        var mean = LaneReductions.Sum<T>(x, length) / length;
        var factor = 1 / MathF.Sqrt(LaneReductions.SumOfSquares<T>(x, mean, length) / length + epsilon);
        Map(x, weight, y, length, new CentredScaledTimes(T.Broadcast(mean), T.Broadcast(factor)));
        if (bias is not null)
            Map(y, bias, y, length, default(Sum));
    }

    public override void Gate(Activation kind, float* gate, float* up, float* y, int length)
    {
        switch (kind)
        {
            case Activation.Silu:
                Map(gate, up, y, length, default(Times<Silu>));
                break;
            case Activation.GeluTanh:
                Map(gate, up, y, length, default(Times<GeluTanh>));
                break;
            case Activation.GeluErf:
                Map(gate, up, y, length, default(Times<GeluErf>));
                break;
            default:
                Map(gate, up, y, length, default(Times<Relu>));
                break;
        }
    }

    public override void Activate(Activation kind, float* x, int length)
    {
        switch (kind)
        {
            case Activation.Silu:
                Map(x, x, x, length, default(Silu));
                break;
            case Activation.GeluTanh:
                Map(x, x, x, length, default(GeluTanh));
                break;
            case Activation.GeluErf:
                Map(x, x, x, length, default(GeluErf));
                break;
            default:
                Map(x, x, x, length, default(Relu));
                break;
        }
    }

    public override void Add(float* x, float* y, int length) => Map(x, y, x, length, default(Sum));

    public override void Scale(float* x, float factor, int length) => Map(x, x, x, length, new Scaled(T.Broadcast(factor)));

    public override void SoftCap(float* x, float cap, int length) => Map(x, x, x, length, new Capped(T.Broadcast(cap)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TMap>(float* x, float* y, float* to, int length, TMap map)
        where TMap : struct, IMap
    {
        var i = 0;
        for (; i + Width <= length; i += Width)
            T.Store(map.Apply(T.Load(x + i), T.Load(y + i)), to + i);
        if (i < length)
            LaneTail.Store(map.Apply(LaneTail.Load<T>(x + i, length - i), LaneTail.Load<T>(y + i, length - i)), to + i, length - i);
    }

    private readonly struct Scaled(T factor) : IMap
    {
        private readonly T _factor = factor;

        public T Apply(T x, T y) => x * _factor;
    }

    private readonly struct ScaledTimes(T factor) : IMap
    {
        private readonly T _factor = factor;

        public T Apply(T x, T y) => x * _factor * y;
    }

    private readonly struct CentredScaledTimes(T mean, T factor) : IMap
    {
        private readonly T _mean = mean, _factor = factor;

        public T Apply(T x, T y) => (x - _mean) * _factor * y;
    }

    private readonly struct Sum : IMap
    {
        public T Apply(T x, T y) => x + y;
    }

    private readonly struct Capped(T cap) : IMap
    {
        private readonly T _cap = cap;

        public T Apply(T x, T y) => LaneFunctions.Tanh(x / _cap) * _cap;
    }

    private readonly struct Times<TInner> : IMap
        where TInner : struct, IMap
    {
        public T Apply(T x, T y) => default(TInner).Apply(x, x) * y;
    }

    private readonly struct Silu : IMap
    {
        public T Apply(T x, T y) => x / (T.Broadcast(1) + LaneFunctions.Exp(T.Broadcast(0) - x));
    }

    private readonly struct GeluTanh : IMap
    {
        // 0.5 (1 + tanh u) = 1 / (1 + exp(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3).
        public T Apply(T x, T y)
        {
            var inner = T.MultiplyAdd(x * x * x, T.Broadcast(0.044715f), x);
            return x / (T.Broadcast(1) + LaneFunctions.Exp(inner * T.Broadcast(-1.59576912f)));
        }
    }

    private readonly struct GeluErf : IMap
    {
        public T Apply(T x, T y) => x * T.Broadcast(0.5f) * LaneFunctions.OnePlusErf(x * T.Broadcast(0.707106781f));
    }

    private readonly struct Relu : IMap
    {
        public T Apply(T x, T y) => T.Max(x, T.Broadcast(0));
    }
}
