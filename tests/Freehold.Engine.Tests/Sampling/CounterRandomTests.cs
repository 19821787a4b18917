using Freehold.Engine.Sampling;

namespace Freehold.Engine.Tests.Sampling;

public class CounterRandomTests
{
    // Random123's kat_vectors, philox4x32 with 10 rounds.
    [Fact]
    public void The_published_vectors_come_out()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), CounterRandom.Block(0, 0, 0, 0, 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), CounterRandom.Block(~0u, ~0u, ~0u, ~0u, ~0u, ~0u));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            CounterRandom.Block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    [Fact]
    public void Numbers_are_even_over_positions_and_over_seeds()
    {
        Assert.InRange(ChiSquare(i => CounterRandom.Uniform(7, i)), 60, 145);
        Assert.InRange(ChiSquare(i => CounterRandom.Uniform((ulong)i, 7)), 60, 145);
    }

    // 100 cells, 99 degrees of freedom: 60 and 145 leave about 0.1 % on each side.
    private static double ChiSquare(Func<int, double> number)
    {
        const int draws = 100_000;
        var cells = new int[100];
        for (var i = 0; i < draws; i++)
            cells[(int)(number(i) * 100)]++;
        return cells.Sum(cell => Math.Pow(cell - draws / 100.0, 2) / (draws / 100.0));
    }
}
