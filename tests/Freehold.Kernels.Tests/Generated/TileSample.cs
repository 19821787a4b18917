using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>A stretch of two panels of random signed bytes by a tile of random rows for AMX, and its chains by plain loops.</summary>
internal sealed unsafe class TileSample : IDisposable
{
    private const int Outputs = 16, Rows = TilePanel.Rows;
    private readonly List<nint> _parts = [];
    private readonly TileShape _shape;
    private readonly Random _random;

    internal TileSample(TileShape shape, int groups, int seed, Func<Random, float> scale)
    {
        _shape = shape;
        _random = new Random(seed);
        Call.Panel0 = (sbyte*)Part(groups * TilePanel.GroupBytes);
        Call.Panel1 = (sbyte*)Part(groups * TilePanel.GroupBytes);
        Call.Scale0 = Scales(groups, scale, shape.HalfScales);
        Call.Scale1 = Scales(groups, scale, shape.HalfScales);
        Call.Minimum0 = (float*)Scales(groups, scale, half: false);
        Call.Minimum1 = (float*)Scales(groups, scale, half: false);
        Call.Q = (sbyte*)Part(groups * shape.Planes * TilePanel.PlaneBytes);
        Call.D = (float*)Part(groups * Rows * 4);
        Call.DSums = (float*)Part(groups * Rows * 4);
        Call.Y = (float*)Part(2 * Rows * Outputs * 4);
        Call.Ring = (int*)Part(TilePanel.RingBytes);
        Call.Groups = groups;
        for (var i = 0; i < groups * Rows; i++)
            (Call.D[i], Call.DSums[i]) = (_random.NextSingle(), _random.NextSingle() * 4000 - 2000);
        // High planes are from -127 to 127, low ones from 0 to 127.
        for (var i = 0; i < groups * shape.Planes * TilePanel.PlaneBytes; i++)
            Call.Q[i] = i / TilePanel.PlaneBytes % shape.Planes == 1 ? (sbyte)(Call.Q[i] & 127) : Math.Max((sbyte)-127, Call.Q[i]);
        for (var i = 0; i < 2 * Rows * Outputs; i++)
            Call.Y[i] = _random.NextSingle() - 0.5f;
    }

#pragma warning disable CA1051 // Its address is passed on.
    internal TileCall Call;
#pragma warning restore CA1051

    internal Span<float> Chains => new(Call.Y, 2 * Rows * Outputs);

    /// <summary>What the chains must become.</summary>
    internal float[] Expected()
    {
        var y = Chains.ToArray();
        for (var i = 0; i < y.Length; i++)
        {
            var (panel, r, o) = (i / (Rows * Outputs), i / Outputs % Rows, i % Outputs);
            for (var g = 0; g < Call.Groups; g++)
            {
                var weights = (panel == 0 ? Call.Panel0 : Call.Panel1) + g * TilePanel.GroupBytes + o * 4;
                var isum = 0;
                for (var k = 0; k < 32; k++)
                    isum += weights[k / 4 * 64 + k % 4] * Activation(g, r, k);
                y[i] = MathF.FusedMultiplyAdd(isum, Scale(panel, g * Outputs + o) * Call.D[g * Rows + r], y[i]);
                if (_shape.Minimum)
                    y[i] = MathF.FusedMultiplyAdd((panel == 0 ? Call.Minimum0 : Call.Minimum1)[g * Outputs + o], Call.DSums[g * Rows + r], y[i]);
            }
        }
        return y;
    }

    private int Activation(int group, int row, int k)
    {
        var plane = Call.Q + group * _shape.Planes * TilePanel.PlaneBytes + row * 32 + k;
        return _shape.Planes == 1 ? *plane : *plane * 128 + plane[TilePanel.PlaneBytes];
    }

    private float Scale(int panel, int at)
    {
        var scale = panel == 0 ? Call.Scale0 : Call.Scale1;
        return _shape.HalfScales ? (float)((Half*)scale)[at] : ((float*)scale)[at];
    }

    private void* Scales(int groups, Func<Random, float> scale, bool half)
    {
        var to = Part(groups * Outputs * (half ? 2 : 4));
        for (var i = 0; i < groups * Outputs; i++)
            if (half)
                ((Half*)to)[i] = (Half)scale(_random);
            else
                ((float*)to)[i] = scale(_random);
        return to;
    }

    // Each part is memory of its own, of random bytes, which begins a cache line.
    private void* Part(int bytes)
    {
        var part = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        _random.NextBytes(new Span<byte>(part, bytes));
        _parts.Add((nint)part);
        return part;
    }

    public void Dispose() => _parts.ForEach(part => NativeMemory.AlignedFree((void*)part));
}
