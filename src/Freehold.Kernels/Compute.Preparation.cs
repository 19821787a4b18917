using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Packed;
using Freehold.Kernels.Rows;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    // Inputs of the sample: a K-quant's block.
    private const int SampleColumns = 256;

    // Rows of a short prompt: kernels have a form for several.
    private const int SampleRows = 32;

    // Panels that generated code reads at once.
    private const int SampleOutputs = 4 * PackedFormat.Outputs;

    /// <summary>
    /// Has the code compiled and assembled that the first steps would wait for: products of packed weights of a type by one row and by a prompt's, and what lies between products. It runs once on a
    /// small sample, on the caller's thread and memory of its own, so other work of this instance may go on beside it. Products on AMX are left to the workers: tiles are a thread's own.
    /// </summary>
    /// <param name="type">The weights' type; nothing is prepared for types that are not packed.</param>
    /// <param name="bits">How finely activations are quantised.</param>
    public void Prepare(TensorType type, ActivationBits bits)
    {
        var form = PackedForm.Of(type, bits);
        if (_kernels.ChosenFor(form) is not { Now: var choice })
            return;
        var rows = Math.Clamp(choice.MostPacked, 1, SampleRows);
        using var weights = new SampleWeights(form, SampleOutputs, SampleColumns);
        var x = (float*)NativeMemory.AlignedAlloc((nuint)(rows * (SampleColumns + SampleOutputs) * sizeof(float)), 64);
        try
        {
            new Span<float>(x, rows * SampleColumns).Fill(1);
            using var activations = new ActivationRows(rows, SampleColumns, bits);
            using var scratch = new WorkerScratch(1);
            var between = RowKernels.For(Isa);
            between.RmsNorm(x, x, 1e-5f, x, SampleColumns);
            between.Gate(Activation.Silu, x, x, x, SampleColumns);
            foreach (var count in new[] { rows, 1 })
            {
                var kernel = _kernels.For(weights.Matrix, count, bits);
                if (kernel.NeedsTiles || kernel.AmxTiles is not null)
                    continue;
                activations.Set(x, SampleColumns, count, SampleColumns);
                for (var row = 0; row < count; row++)
                    Quantiser.Row(Isa, activations, row);
                kernel.Multiply(new Product(weights.Matrix, x + rows * SampleColumns, SampleOutputs), activations, 0, SampleOutputs, scratch.Of(0));
            }
        }
        finally
        {
            NativeMemory.AlignedFree(x);
        }
    }
}
