using Freehold.Kernels.Generated;
using Freehold.Kernels.Tests.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed unsafe class TilePanelTests
{
    [Theory]
    [InlineData(false, false, 1, false)]
    [InlineData(false, false, 1, true)]
    [InlineData(true, false, 1, false)]
    [InlineData(false, true, 1, true)]
    [InlineData(false, false, 2, false)]
    [InlineData(true, false, 2, true)]
    [InlineData(false, true, 2, true)]
    public void Tiles_give_the_bits_of_plain_loops(bool minimum, bool halfScales, int planes, bool far)
    {
        var shape = new TileShape(minimum, halfScales, planes);
        foreach (var (groups, scale) in new (int, Func<Random, float>)[]
        {
            (4, random => random.NextSingle() - 0.5f), (8, random => random.NextSingle() - 0.5f), (20, random => random.NextSingle() - 0.5f),
            (8, random => new[] { float.NaN, float.PositiveInfinity, 1e-42f, -0f, 3e38f, 1 }[random.Next(6)]),
        })
        {
            using var sample = new TileSample(shape, groups, groups, scale);
            var expected = sample.Expected();
            Run(shape, far ? TilePanel.Far : TilePanel.Near, sample);
            Multiplied.SameBits(expected, sample.Chains.ToArray(), $"{shape}, {groups} groups");
        }
    }

    private static void Run(TileShape shape, int routine, TileSample sample)
    {
        using var machine = new InterpretedMachine();
        using var tiles = new TileConfiguration(TilePanel.Configuration(), machine.Load);
        using var routines = machine.Load(TilePanel.Routines(shape), (interpreter, _, call) => Allow(interpreter, shape, (TileCall*)call));
        tiles.Enter();
        fixed (TileCall* call = &sample.Call)
            routines.Call(routine, call);
        tiles.Leave();
        Assert.True(machine.AllReleased);
    }

    private static void Allow(Interpreter interpreter, TileShape shape, TileCall* call)
    {
        const int Lanes = 16;
        var groups = call->Groups;
        interpreter.Allow(call, sizeof(TileCall));
        interpreter.Allow(call->Panel0, groups * TilePanel.GroupBytes);
        interpreter.Allow(call->Panel1, groups * TilePanel.GroupBytes);
        interpreter.Allow(call->Scale0, groups * Lanes * (shape.HalfScales ? 2 : 4));
        interpreter.Allow(call->Scale1, groups * Lanes * (shape.HalfScales ? 2 : 4));
        interpreter.Allow(call->Q, groups * shape.Planes * TilePanel.PlaneBytes);
        interpreter.Allow(call->D, groups * TilePanel.Rows * 4);
        interpreter.Allow(call->Y, 2 * TilePanel.Rows * Lanes * 4, write: true);
        interpreter.Allow(call->Ring, TilePanel.RingBytes, write: true);
        if (!shape.Minimum)
            return;
        interpreter.Allow(call->Minimum0, groups * Lanes * 4);
        interpreter.Allow(call->Minimum1, groups * Lanes * 4);
        interpreter.Allow(call->DSums, groups * TilePanel.Rows * 4);
    }
}
