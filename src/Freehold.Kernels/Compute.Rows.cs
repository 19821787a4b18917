using Freehold.Kernels.Rows;

namespace Freehold.Kernels;

/// <content>
/// Norms and elementwise operations on rows of floats. Strides are in floats from row to row; outputs may be the inputs' memory.
/// Nothing is allocated; rows are shared out to threads only where there is enough work.
/// </content>
public sealed unsafe partial class Compute
{
    /// <summary>Elements below which waking other threads costs more than it saves.</summary>
    private const long InlineElements = 32 * 1024;

    private readonly RowWork _rowWork = new();

    /// <summary>
    /// y = x / sqrt(mean(x^2) + epsilon) * weight for each row (Zhang and Sennrich, arXiv 1910.07467).
    /// </summary>
    /// <param name="x">Inputs, [rows][columns].</param>
    /// <param name="xStride">Floats from row to row of x.</param>
    /// <param name="weight">One factor per column, or null for none.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="y">Outputs; may be x.</param>
    /// <param name="yStride">Floats from row to row of y.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public void RmsNorm(float* x, long xStride, float* weight, float epsilon, float* y, long yStride, int rows, int columns) =>
        Execute(
            new RowCall
            {
                Operation = RowOperation.RmsNorm, X = x, XStride = xStride, Second = weight, Number = epsilon, Y = y, YStride = yStride,
                Columns = columns,
            },
            rows);

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each row (Ba et al., arXiv 1607.06450).</summary>
    /// <param name="x">Inputs, [rows][columns].</param>
    /// <param name="xStride">Floats from row to row of x.</param>
    /// <param name="weight">One factor per column.</param>
    /// <param name="bias">One addend per column, or null for none.</param>
    /// <param name="epsilon">Added to the variance (that of the row itself: divided by columns).</param>
    /// <param name="y">Outputs; may be x.</param>
    /// <param name="yStride">Floats from row to row of y.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public void LayerNorm(
        float* x, long xStride, float* weight, float* bias, float epsilon, float* y, long yStride, int rows, int columns) =>
        Execute(
            new RowCall
            {
                Operation = RowOperation.LayerNorm, X = x, XStride = xStride, Second = weight, Third = bias, Number = epsilon, Y = y,
                YStride = yStride, Columns = columns,
            },
            rows);

    /// <summary>y = f(gate) * up, element by element: the gated feed-forward of GLU variants (Shazeer, arXiv 2002.05202).</summary>
    /// <param name="kind">f.</param>
    /// <param name="gate">[rows][columns].</param>
    /// <param name="gateStride">Floats from row to row of gate.</param>
    /// <param name="up">[rows][columns].</param>
    /// <param name="upStride">Floats from row to row of up.</param>
    /// <param name="y">Outputs; may be gate or up.</param>
    /// <param name="yStride">Floats from row to row of y.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public void Gate(
        Activation kind, float* gate, long gateStride, float* up, long upStride, float* y, long yStride, int rows, int columns) =>
        Execute(
            new RowCall
            {
                Operation = RowOperation.Gate, Activation = kind, X = gate, XStride = gateStride, Second = up, SecondStride = upStride, Y = y,
                YStride = yStride, Columns = columns,
            },
            rows);

    /// <summary>x = f(x), element by element.</summary>
    public void Activate(Activation kind, float* x, long stride, int rows, int columns) =>
        Execute(new RowCall { Operation = RowOperation.Activate, Activation = kind, X = x, XStride = stride, Columns = columns }, rows);

    /// <summary>x += y, element by element.</summary>
    public void Add(float* x, long xStride, float* y, long yStride, int rows, int columns) =>
        Execute(
            new RowCall { Operation = RowOperation.Add, X = x, XStride = xStride, Second = y, SecondStride = yStride, Columns = columns },
            rows);

    /// <summary>x += vector, the same one for each row.</summary>
    public void AddToEach(float* x, long xStride, float* vector, int rows, int columns) =>
        Execute(new RowCall { Operation = RowOperation.AddToEach, X = x, XStride = xStride, Second = vector, Columns = columns }, rows);

    /// <summary>x *= factor, element by element.</summary>
    public void Scale(float* x, long stride, float factor, int rows, int columns) =>
        Execute(new RowCall { Operation = RowOperation.Scale, X = x, XStride = stride, Number = factor, Columns = columns }, rows);

    /// <summary>x = cap * tanh(x / cap), element by element (Gemma 2, arXiv 2408.00118, section 2).</summary>
    public void SoftCap(float* x, long stride, float cap, int rows, int columns) =>
        Execute(new RowCall { Operation = RowOperation.SoftCap, X = x, XStride = stride, Number = cap, Columns = columns }, rows);

    private void Execute(in RowCall call, int rows)
    {
        if (Threads == 1 || rows == 1 || (long)rows * call.Columns < InlineElements)
        {
            RowWork.Execute(Isa, in call, 0, rows);
            return;
        }
        _rowWork.Isa = Isa;
        _rowWork.Call = call;
        _rowWork.Rows = rows;
        Workers.Run(_rowWork);
    }
}
