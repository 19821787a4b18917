using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

public sealed class PreparationTests
{
    public static TheoryData<TensorType, InstructionSet> QuantisedOnEach() => MatMulTests.QuantisedOnEach();

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public async Task Kernels_prepared_beside_a_product_leave_its_bits_alone(TensorType type, InstructionSet isa)
    {
        const int Columns = 512, Rows = 5;
        using var weights = new RandomWeights(type, 64, Columns, 3);
        using var panels = new PackedWeights(weights.Matrix);
        var x = Multiplied.Activations(Rows, Columns, 7);
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
        {
            var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, Rows);
            using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = 2 });
            using var activations = new ActivationRows(Rows, Columns, bits);
            var preparing = Task.Run(() => compute.Prepare(type, bits), TestContext.Current.CancellationToken);
            do
                Multiplied.SameBits(expected, Multiplied.By(compute, activations, panels.Matrix, x, Rows), $"{type} {isa} {bits}");
            while (!preparing.IsCompleted);
            await preparing;
            Multiplied.SameBits(expected, Multiplied.By(compute, activations, panels.Matrix, x, Rows), $"{type} {isa} {bits} afterwards");
        }
    }

    [Fact]
    public void Nothing_is_prepared_for_floats()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        compute.Prepare(TensorType.F16, ActivationBits.Eight);
        Assert.Null(compute.ChoiceOf(PackedForm.Of(TensorType.F16, ActivationBits.Eight)));
    }
}
