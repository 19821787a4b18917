using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>A stretch of random signed bytes by sixteen random rows for AMX's panels, and its chains by plain loops.</summary>
internal sealed unsafe class TileSample : IDisposable
{
    private const int Outputs = 16, Rows = TilePanel.Rows;
    private readonly byte* _memory;
    private readonly TileShape _shape;

    internal TileSample(TileShape shape, int groups, int seed, Func<Random, float> scale)
    {
        _shape = shape;
        // Each part begins a cache line; the chains and the ring last, since they are written.
        Sizes = [groups * 512, groups * Outputs * 4, groups * Outputs * 4, groups * Rows * 32 * shape.Planes, groups * Rows * 4, groups * Rows * 4, Rows * Outputs * 4, TilePanel.RingBytes];
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Sizes.Sum(), 64);
        var random = new Random(seed);
        random.NextBytes(new Span<byte>(_memory, Sizes.Sum()));
        var at = _memory;
        Call.Panel = (sbyte*)at;
        Call.Scale = at += Sizes[0];
        Call.Minimum = (float*)(at += Sizes[1]);
        Call.Q = (sbyte*)(at += Sizes[2]);
        Call.D = (float*)(at += Sizes[3]);
        Call.DSums = (float*)(at += Sizes[4]);
        Call.Y = (float*)(at += Sizes[5]);
        Call.Ring = (int*)(at + Sizes[6]);
        Call.Next = Call.Q;
        Call.Groups = groups;
        for (var i = 0; i < groups * Outputs; i++)
        {
            Call.Minimum[i] = scale(random);
            if (shape.HalfScales)
                ((Half*)Call.Scale)[i] = (Half)scale(random);
            else
                ((float*)Call.Scale)[i] = scale(random);
        }
        for (var i = 0; i < groups * Rows; i++)
            (Call.D[i], Call.DSums[i]) = (random.NextSingle(), random.NextSingle() * 4000 - 2000);
        // High planes are from -127 to 127, low ones from 0 to 127.
        for (var i = 0; i < groups * Rows * 32 * shape.Planes; i++)
            Call.Q[i] = i / TilePanel.PlaneBytes % shape.Planes == 1 ? (sbyte)(Call.Q[i] & 127) : Math.Max((sbyte)-127, Call.Q[i]);
        for (var i = 0; i < Rows * Outputs; i++)
            Call.Y[i] = random.NextSingle() - 0.5f;
    }

#pragma warning disable CA1051 // Its address is passed on.
    internal TileCall Call;
#pragma warning restore CA1051

    internal int[] Sizes { get; }

    internal Span<float> Chains => new(Call.Y, Rows * Outputs);

    /// <summary>What the chains must become.</summary>
    internal float[] Expected()
    {
        var y = Chains.ToArray();
        for (var r = 0; r < Rows; r++)
            for (var o = 0; o < Outputs; o++)
                for (var g = 0; g < Call.Groups; g++)
                {
                    var isum = 0;
                    for (var k = 0; k < 32; k++)
                        isum += Call.Panel[g * 512 + k / 4 * 64 + o * 4 + k % 4] * Activation(g, r, k);
                    ref var chain = ref y[r * Outputs + o];
                    chain = MathF.FusedMultiplyAdd(isum, Scale(g * Outputs + o) * Call.D[g * Rows + r], chain);
                    if (_shape.Minimum)
                        chain = MathF.FusedMultiplyAdd(Call.Minimum[g * Outputs + o], Call.DSums[g * Rows + r], chain);
                }
        return y;
    }

    private int Activation(int group, int row, int k)
    {
        var plane = Call.Q + ((long)group * _shape.Planes * Rows + row) * 32 + k;
        return _shape.Planes == 1 ? *plane : *plane * 128 + plane[TilePanel.PlaneBytes];
    }

    private float Scale(int at) => _shape.HalfScales ? (float)((Half*)Call.Scale)[at] : ((float*)Call.Scale)[at];

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
