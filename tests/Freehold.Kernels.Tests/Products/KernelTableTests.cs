using Freehold.Kernels.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

public sealed class KernelTableTests
{
    [Fact]
    public void Every_quantised_type_has_vector_kernels_on_every_vector_instruction_set()
    {
        // Arm64's table can be made anywhere; only its kernels' steps need the CPU.
        foreach (var isa in InstructionSets.Supported.Append(InstructionSet.AdvSimd).Where(isa => isa != InstructionSet.Scalar).Distinct())
        {
            using var table = new KernelTable(isa);
            foreach (var type in RandomWeights.Quantised)
            {
                using var weights = new RandomWeights(type, 1, 256, 1);
                foreach (var rows in new[] { 1, 64 })
                    foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
                        Assert.IsNotType<ScalarKernel>(table.For(weights.Matrix, rows, bits));
            }
        }
    }
}
