using Freehold.Kernels.Rows;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    private RowWork? _rows;

    private RowWork TheRows => _rows ??= new RowWork(RowKernels.For(Isa));

    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight for each row; strides in floats; x and y may be the same memory.</summary>
    public void RmsNorm(float* x, long xStride, float* weight, float epsilon, float* y, long yStride, int rows, int columns)
    {
        var work = Take(RowWork.Operation.RmsNorm, x, xStride, rows, columns);
        work.Weight = weight;
        work.Number = epsilon;
        work.To = y;
        work.ToStride = yStride;
        work.Start(Workers);
    }

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each row; the bias may be null; x and y may be the same memory.</summary>
    public void LayerNorm(float* x, long xStride, float* weight, float* bias, float epsilon, float* y, long yStride, int rows, int columns)
    {
        var work = Take(RowWork.Operation.LayerNorm, x, xStride, rows, columns);
        work.Weight = weight;
        work.Bias = bias;
        work.Number = epsilon;
        work.To = y;
        work.ToStride = yStride;
        work.Start(Workers);
    }

    /// <summary>y = f(gate) * up, element by element; y may be either of them.</summary>
    public void Gate(Activation kind, float* gate, long gateStride, float* up, long upStride, float* y, long yStride, int rows, int columns)
    {
        var work = Take(RowWork.Operation.Gate, gate, gateStride, rows, columns);
        work.Function = kind;
        work.Y = up;
        work.YStride = upStride;
        work.To = y;
        work.ToStride = yStride;
        work.Start(Workers);
    }

    /// <summary>x = f(x), element by element.</summary>
    public void Activate(Activation kind, float* x, long stride, int rows, int columns)
    {
        var work = Take(RowWork.Operation.Activate, x, stride, rows, columns);
        work.Function = kind;
        work.Start(Workers);
    }

    /// <summary>x += y.</summary>
    public void Add(float* x, long xStride, float* y, long yStride, int rows, int columns)
    {
        var work = Take(RowWork.Operation.Add, x, xStride, rows, columns);
        work.Y = y;
        work.YStride = yStride;
        work.Start(Workers);
    }

    /// <summary>x += vector, the same one for each row.</summary>
    public void AddToEach(float* x, long xStride, float* vector, int rows, int columns)
    {
        var work = Take(RowWork.Operation.Add, x, xStride, rows, columns);
        work.Y = vector;
        work.YStride = 0;
        work.Start(Workers);
    }

    /// <summary>x *= factor.</summary>
    public void Scale(float* x, long stride, float factor, int rows, int columns)
    {
        var work = Take(RowWork.Operation.Scale, x, stride, rows, columns);
        work.Number = factor;
        work.Start(Workers);
    }

    /// <summary>x = cap * tanh(x / cap).</summary>
    public void SoftCap(float* x, long stride, float cap, int rows, int columns)
    {
        var work = Take(RowWork.Operation.SoftCap, x, stride, rows, columns);
        work.Number = cap;
        work.Start(Workers);
    }

    private RowWork Take(RowWork.Operation kind, float* x, long stride, int rows, int columns)
    {
        var work = TheRows;
        work.Kind = kind;
        work.X = x;
        work.XStride = stride;
        work.Rows = rows;
        work.Columns = columns;
        return work;
    }
}
