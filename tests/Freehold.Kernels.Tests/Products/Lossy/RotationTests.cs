using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Tests.Lanes;
using Xunit;

namespace Freehold.Kernels.Tests.Products.Lossy;

public sealed unsafe class RotationTests
{
    [Fact]
    public void Registers_of_four_and_of_eight_rotate_as_plain_loops_do()
    {
        using var x = Floats.Random(Rotation.Length, 3);
        // Sums of values this far apart are rounded, so another order of them shows.
        for (var i = 0; i < Rotation.Length; i++)
            x.Span[i] *= MathF.Pow(3, i % 17);
        using var four = new Floats(Rotation.Length);
        using var eight = new Floats(Rotation.Length);
        Rotation.Vectors128(x.Pointer, four.Pointer);
        Rotation.Vectors(x.Pointer, eight.Pointer);
        Rotation.Block(x.Pointer);
        Assert.Equal(Floats.Bits(x.Span), Floats.Bits(four.Span));
        Assert.Equal(Floats.Bits(x.Span), Floats.Bits(eight.Span));
    }

    [Fact]
    public void Rotating_twice_gives_the_values_back_and_once_shares_an_outlier_out()
    {
        using var x = new Floats(Rotation.Length);
        x.Span[5] = 64;
        Rotation.Block(x.Pointer);
        foreach (var value in x.Span)
            Assert.Equal(8, MathF.Abs(value));
        Rotation.Block(x.Pointer);
        for (var i = 0; i < Rotation.Length; i++)
            Assert.Equal(i == 5 ? 64 : 0, x.Span[i]);
    }
}
