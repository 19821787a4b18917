using Freehold.Kernels.Generated;
using Freehold.Kernels.Tests.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed unsafe class TilePanelTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(false, 3)]
    [InlineData(true, 2)]
    public void Tiles_give_the_bits_of_plain_loops(bool minimum, int depth)
    {
        var shape = new TileShape(minimum, depth);
        foreach (var (groups, scale) in new (int, Func<Random, float>)[]
        {
            (4, random => random.NextSingle() - 0.5f), (8, random => random.NextSingle() - 0.5f), (20, random => random.NextSingle() - 0.5f),
            (8, random => new[] { float.NaN, float.PositiveInfinity, 1e-42f, -0f, 3e38f, 1 }[random.Next(6)]),
        })
        {
            using var sample = new TileSample(shape, groups, groups, scale);
            var expected = sample.Expected();
            Run(shape, sample);
            Multiplied.SameBits(expected, sample.Chains.ToArray(), $"{shape}, {groups} groups");
        }
    }

    private static void Run(TileShape shape, TileSample sample)
    {
        var code = TilePanel.Routines(shape);
        // One machine for all three routines, since tiles stay configured between them.
        var interpreter = new Interpreter(code[TilePanel.Configure]);
        fixed (byte* configuration = TilePanel.Configuration())
        {
            interpreter.Allow(configuration, 64);
            interpreter.Call(configuration);
        }
        interpreter.Forbid();
        fixed (TileCall* call = &sample.Call)
        {
            interpreter.Allow(call, sizeof(TileCall));
            var at = (byte*)call->Panel;
            for (var part = 0; part < sample.Sizes.Length; at += sample.Sizes[part++])
                if (shape.Minimum || part is not (2 or 5))
                    interpreter.Allow(at, sample.Sizes[part], write: part >= 6);
            interpreter.Load(code[TilePanel.Multiply]);
            interpreter.Call(call);
        }
        interpreter.Load(code[TilePanel.Release]);
        interpreter.Call(null);
    }
}
