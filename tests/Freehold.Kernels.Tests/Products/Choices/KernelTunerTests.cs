using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Tests.Generated;
using Freehold.Kernels.Tests.Products.Lossy;
using Xunit;

namespace Freehold.Kernels.Tests.Products.Choices;

public sealed unsafe class KernelTunerTests
{
    private static readonly KernelChoice[] _choices =
    [
        new(0, 0, 8, KernelChoice.Never), new(0, 0, 64, 16), new(KernelChoice.Never, 0, 16, KernelChoice.Never),
        new(KernelChoice.Never, KernelChoice.Never, 32, KernelChoice.Never), new(6, 4, 32, 20),
    ];

    public static TheoryData<TensorType, InstructionSet> QuantisedOnEach() => MatMulTests.QuantisedOnEach();

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void No_choice_changes_a_bit(TensorType type, InstructionSet isa)
    {
        const int Columns = 768, Outputs = 70, Rows = 37;
        using var weights = new RandomWeights(type, Outputs, Columns, 3);
        using var panels = new PackedWeights(weights.Matrix);
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
        {
            var x = Multiplied.Activations(Rows, Columns, 7);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, Rows);
            using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = 2 });
            using var activations = new ActivationRows(Rows, Columns, bits);
            if (compute.ChoiceOf(PackedForm.Of(type, bits)) is null)
                continue;
            foreach (var choice in _choices)
                foreach (var rows in new[] { 5, 8, Rows })
                    foreach (var matrix in new[] { weights.Matrix, panels.Matrix })
                    {
                        compute.Choose(PackedForm.Of(type, bits), choice);
                        Multiplied.SameBits(expected[..(rows * Outputs)], Multiplied.By(compute, activations, matrix, x, rows), $"{type} {isa} {bits} {rows} rows, {choice}");
                    }
        }
    }

    public static TheoryData<LossyKind, InstructionSet> KindsOnEach() => LossyProductTests.KindsOnEach();

    [Theory]
    [MemberData(nameof(KindsOnEach))]
    public void No_choice_changes_a_bit_of_what_is_packed_with_loss(LossyKind kind, InstructionSet isa)
    {
        const int Columns = 1088, Outputs = 70, Rows = 37;
        var form = PackedForm.Of(kind);
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var x = Multiplied.Activations(Rows, Columns, 7);
        var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, Rows);
        using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = 2 });
        using var activations = new ActivationRows(Rows, Columns, ActivationBits.Eight);
        if (compute.ChoiceOf(form) is not { } usual)
        {
            Assert.False(InstructionSets.BuildsOnAvx2(isa));
            return;
        }
        foreach (var choice in _choices.Select(choice => choice with { Stretch = usual.Stretch }))
            foreach (var rows in new[] { 2, 3, 4, 5, 8, 22, Rows })
            {
                compute.Choose(form, choice);
                Multiplied.SameBits(expected[..(rows * Outputs)], Multiplied.By(compute, activations, lossy.Matrix, x, rows), $"{kind} {isa} {rows} rows, {choice}");
            }
    }

    public static TheoryData<string> Forms() => ["Q4_K 8", "Q4_K 16", "w8", "w4"];

    private static PackedForm FormOf(string name) => name switch
    {
        "w8" => PackedForm.Of(LossyKind.W8),
        "w4" => PackedForm.Of(LossyKind.W4),
        _ => PackedForm.Of(TensorType.Q4_K, name == "Q4_K 8" ? ActivationBits.Eight : ActivationBits.Sixteen),
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_chosen_can_be_done_and_holds_until_another_is_chosen(string name)
    {
        var form = FormOf(name);
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        if (compute.ChoiceOf(form) is not { } usual)
        {
            Assert.Skip($"{compute.Isa} has one kernel for {form.Name}");
            return;
        }
        var chosen = KernelTuner.Choose(compute, form, TestContext.Current.CancellationToken);
        Assert.NotNull(chosen);
        Assert.True(form.Takes(chosen.Value.Choice), chosen.ToString());
        Assert.Equal(chosen.Value.Choice, compute.ChoiceOf(form));
        var other = new KernelChoice(9, 4, usual.Stretch, KernelChoice.Never);
        compute.Choose(form, other);
        Assert.Equal(other, compute.ChoiceOf(form));
    }

    [Fact]
    public void A_choice_that_is_given_up_leaves_what_was_chosen_before()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        if (compute.ChoiceOf(PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight)) is not { } before)
        {
            Assert.Skip($"{compute.Isa} has one kernel for each type");
            return;
        }
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => KernelTuner.Choose(compute, PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight), cancelled.Token));
        Assert.Equal(before, compute.ChoiceOf(PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight)));
    }

    [Fact]
    public void A_choice_that_no_kernel_can_follow_is_refused()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        if (compute.ChoiceOf(PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight)) is null)
            Assert.Skip($"{compute.Isa} has one kernel for each type");
        foreach (var choice in new[] { new KernelChoice(0, 0, 65, 0), new(0, 0, 12, 0), new(-1, 0, 8, 0), new(0, -1, 8, 0), new(0, 0, 0, 0) })
            Assert.Throws<ArgumentException>(() => compute.Choose(PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight), choice));
        // Slices of w4 have eight groups.
        Assert.Throws<ArgumentException>(() => compute.Choose(PackedForm.Of(LossyKind.W4), new KernelChoice(0, 0, 16, KernelChoice.Never)));
        using var scalar = new Compute(new ComputeOptions { Isa = InstructionSet.Scalar, Threads = 1 });
        Assert.Null(scalar.ChoiceOf(PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight)));
        Assert.Null(KernelTuner.Choose(scalar, PackedForm.Of(TensorType.Q8_0, ActivationBits.Eight), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_choice_is_kept_for_its_type_and_until_its_time()
    {
        var folder = Directory.CreateTempSubdirectory("freehold-choices-").FullName;
        try
        {
            using var compute = new Compute(new ComputeOptions { Threads = 1 });
            var now = DateTimeOffset.UnixEpoch;
            var choice = new KernelChoice(16, 4, 32, KernelChoice.Never);
            KernelChoiceCache Of(TensorType type, string machine = "a machine") => new(folder, machine, compute, PackedForm.Of(type, ActivationBits.Eight));

            Assert.Null(Of(TensorType.Q8_0).Read(now));
            Assert.True(Of(TensorType.Q8_0).TryWrite(choice, null));
            Assert.Equal(choice, Of(TensorType.Q8_0).Read(now));
            Assert.Null(Of(TensorType.Q4_0).Read(now));
            Assert.Null(Of(TensorType.Q8_0, "another").Read(now));
            Assert.Null(new KernelChoiceCache(folder, "a machine", compute, PackedForm.Of(LossyKind.W8)).Read(now));

            Assert.True(Of(TensorType.Q4_0).TryWrite(choice, now.AddHours(1)));
            Assert.Equal(choice, Of(TensorType.Q4_0).Read(now.AddMinutes(59)));
            Assert.Null(Of(TensorType.Q4_0).Read(now.AddHours(1)));

            // What somebody wrote there by hand counts only where kernels can follow it.
            foreach (var file in Directory.GetFiles(folder))
                File.WriteAllText(file, File.ReadAllText(file).Replace("\"stretch\": 32", "\"stretch\": 4096"));
            Assert.Null(Of(TensorType.Q8_0).Read(now));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
