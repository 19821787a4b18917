using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

public sealed unsafe class KernelTableTests
{
    [Fact]
    public void Every_quantised_type_has_vector_kernels_on_every_vector_instruction_set()
    {
        // Arm64's table can be made anywhere; only its kernels' steps need the CPU.
        foreach (var isa in InstructionSets.Supported.Append(InstructionSet.AdvSimd).Where(isa => isa != InstructionSet.Scalar).Distinct())
        {
            using var table = new KernelTable(isa);
            foreach (var type in RandomWeights.Quantised)
                foreach (var rows in new[] { 1, 64 })
                    foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
                        Assert.IsNotType<ScalarKernel>(table.For(new WeightMatrix(type, 1, BlockFormat.Of(type).BlockLength, null, null), rows, bits));
        }
    }
}
