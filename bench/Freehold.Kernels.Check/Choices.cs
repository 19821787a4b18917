using System.Diagnostics;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Lossy;

namespace Freehold.Kernels.Check;

/// <summary>Which kernels timing chooses here for each form of weights, beside what is usual, and how long that takes.</summary>
internal static class Choices
{
    internal static void Print(int threads)
    {
        using var compute = new Compute(new ComputeOptions { Threads = threads });
        foreach (var form in Forms())
        {
            if (compute.ChoiceOf(form) is not { } usual)
                continue;
            var clock = Stopwatch.StartNew();
            var (choice, disturbed) = KernelTuner.Choose(compute, form)!.Value;
            Console.WriteLine($"chosen   {threads} threads {form.Name,-7} {(int)form.Bits,2} bits: {Text(choice)}{(choice == usual ? "" : $"; usually {Text(usual)}")}; took {clock.Elapsed.TotalSeconds:F2} s{(disturbed ? ", but others were in the way" : "")}");
        }
    }

    private static IEnumerable<PackedForm> Forms() =>
    [
        .. from type in Enum.GetValues<TensorType>() where !BlockFormat.Of(type).IsFloat from bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen } select PackedForm.Of(type, bits),
        .. Enum.GetValues<LossyKind>().Select(PackedForm.Of),
    ];

    private static string Text(KernelChoice choice) =>
        $"packed up to {Rows(choice.MostPacked)} rows, four panels up to {Rows(choice.RowsByFour)}, stretches of {choice.Stretch}, AMX from {Rows(choice.FromTiles)}";

    private static string Rows(int rows) => rows == KernelChoice.Never ? "any" : rows.ToString();
}
