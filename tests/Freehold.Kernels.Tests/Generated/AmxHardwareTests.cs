using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Products;
using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>AMX as the CPU runs it. Elsewhere the same code is interpreted (<see cref="TileProductsTests"/>).</summary>
public sealed class AmxHardwareTests
{
    public AmxHardwareTests() => Assert.SkipUnless(InstructionSets.Amx.IsOn, $"AMX is off: {InstructionSets.Amx.Why}; its code was interpreted, not run");

    [Fact]
    public void Every_type_gives_the_oracles_bits()
    {
        foreach (var type in RandomWeights.Quantised)
            foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
                Compare(type, bits);
    }

    private static void Compare(TensorType type, ActivationBits bits)
    {
        foreach (var columns in BlockFormat.Of(type).BlockLength == 32 ? new[] { 96, 128, 2080 } : [256, 2304])
        {
            using var weights = new RandomWeights(type, 115, columns, columns);
            using var packed = new PackedWeights(weights.Matrix);
            var x = Multiplied.Activations(80, columns, 7);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, 80);
            foreach (var rows in new[] { 16, 17, 31, 48, 80 })
                foreach (var matrix in new[] { weights.Matrix, packed.Matrix })
                    Multiplied.SameBits(
                        expected[..(rows * 115)], Multiplied.By(InstructionSet.Amx, 1 + rows % 2, bits, matrix, x, rows), $"{type} {bits} {rows} x {columns}");
        }
    }

    [Fact]
    public void A_null_reference_on_a_thread_that_uses_tiles_or_has_used_them_is_an_exception()
    {
        using var tiles = new TileConfiguration(TilePanel.Configuration(), code => new NativeRoutines(code));
        using var pool = new WorkerPool(3);
        for (var i = 0; i < 300; i++)
        {
            Assert.Throws<NullReferenceException>(() => pool.Run(new Fails(tiles, i % 3)));
            Assert.Throws<NullReferenceException>(() => ((string)null!).Length);
        }
    }

    private sealed class Fails(TileConfiguration tiles, int bad) : ParallelWork
    {
        public override void Run(WorkerPool pool, int worker, int workers)
        {
            tiles.Enter();
            try
            {
                if (worker == bad)
                    _ = ((string)null!).Length;
            }
            finally
            {
                tiles.Leave();
            }
        }
    }
}
