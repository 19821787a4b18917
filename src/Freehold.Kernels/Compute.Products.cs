using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    private readonly WorkerScratch _scratch;
    private readonly KernelTable _kernels;
    private readonly MatMulWork _matMul;
    private readonly GatherWork _gather = new();

    /// <summary>
    /// Computes y = W x for every product, in one parallel region: output [row][o] of each is the chain of docs/numerics.md over the
    /// weights' row o and the activations' row, plus what <see cref="Product"/> adds. Bits do not depend on how many rows or products
    /// are given at once.
    /// </summary>
    /// <param name="x">The rows all products share; quantised here when a product's weights are.</param>
    /// <param name="products">Products whose inputs are as many as the rows' columns. Their outputs must not overlap the rows.</param>
    /// <exception cref="ArgumentException">A product's inputs are not as many as the rows' columns.</exception>
    public void MatMul(ActivationRows x, ReadOnlySpan<Product> products)
    {
        ArgumentNullException.ThrowIfNull(x);
        _matMul.Prepare(x, products, Threads);
        Workers.Run(_matMul);
        _matMul.Finish();
    }

    /// <summary>Which kernels multiply packed weights of a form, where there is a choice; null where there is none.</summary>
    public KernelChoice? ChoiceOf(PackedForm form) => _kernels.ChosenFor(form)?.Now;

    /// <summary>Chooses the kernels for a form: results do not depend on it.</summary>
    /// <exception cref="ArgumentException">There is nothing to choose for the form here, or the choice is none that there is.</exception>
    public void Choose(PackedForm form, KernelChoice choice)
    {
        var chosen = _kernels.ChosenFor(form) ?? throw new ArgumentException($"{Isa} has one kernel for {form.Name}");
        chosen.Now = form.Takes(choice) ? choice : throw new ArgumentException($"no kernel does as {choice} says");
    }

    /// <summary>Dequantises the rows that <paramref name="ids"/> name (an embedding lookup).</summary>
    /// <param name="matrix">Rows of any type.</param>
    /// <param name="ids">Row numbers.</param>
    /// <param name="output">Takes one row of floats for each id.</param>
    /// <param name="outputStride">Floats from row to row.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not a row of the matrix.</exception>
    public void Gather(WeightMatrix matrix, ReadOnlySpan<int> ids, float* output, long outputStride)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        foreach (var id in ids)
            if ((uint)id >= (uint)matrix.Rows)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"the matrix has rows 0 to {matrix.Rows - 1}");
        fixed (int* first = ids)
        {
            _gather.Matrix = matrix;
            _gather.Ids = first;
            _gather.Count = ids.Length;
            _gather.Output = output;
            _gather.OutputStride = outputStride;
            // A few rows take less time than waking the others does.
            if (ids.Length * (long)matrix.Columns < 16 * 1024)
                _gather.Run(Workers, 0, 1);
            else
                Workers.Run(_gather);
        }
    }
}
