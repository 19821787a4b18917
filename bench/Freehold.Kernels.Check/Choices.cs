using System.Diagnostics;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;

namespace Freehold.Kernels.Check;

/// <summary>Which kernels timing chooses here for each type, beside what is usual, and how long that takes.</summary>
internal static class Choices
{
    internal static void Print(int threads)
    {
        using var compute = new Compute(new ComputeOptions { Threads = threads });
        foreach (var type in Enum.GetValues<TensorType>().Where(type => !BlockFormat.Of(type).IsFloat))
            foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            {
                if (compute.ChoiceOf(type, bits) is not { } usual)
                    continue;
                var clock = Stopwatch.StartNew();
                var (choice, disturbed) = KernelTuner.Choose(compute, type, bits)!.Value;
                Console.WriteLine($"chosen   {threads} threads {type,-7} {(int)bits,2} bits: {Text(choice)}{(choice == usual ? "" : $"; usually {Text(usual)}")}; took {clock.Elapsed.TotalSeconds:F2} s{(disturbed ? ", but others were in the way" : "")}");
            }
    }

    private static string Text(KernelChoice choice) =>
        $"packed up to {Rows(choice.MostPacked)} rows, four panels up to {Rows(choice.RowsByFour)}, stretches of {choice.Stretch}, AMX from {Rows(choice.FromTiles)}";

    private static string Rows(int rows) => rows == KernelChoice.Never ? "any" : rows.ToString();
}
