using Freehold.Kernels.Rope;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    private RopeWork? _rope;

    private RopeWork TheRope => _rope ??= new RopeWork(RopeKernel.For(Isa));

    /// <summary>Writes cosine and sine of every row's angles, [rows][pairs], once per forward pass.</summary>
    /// <param name="frequencies">What turns how fast.</param>
    /// <param name="positions">One per row, 0 to a million.</param>
    /// <param name="cos">Takes the cosines times the magnitude.</param>
    /// <param name="sin">Takes the sines times the magnitude.</param>
    public void RopeAngles(RopeFrequencies frequencies, ReadOnlySpan<int> positions, float* cos, float* sin)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        var work = TheRope;
        fixed (int* first = positions)
        {
            work.Frequencies = frequencies;
            work.Positions = first;
            work.Rows = positions.Length;
            work.Pairs = frequencies.Pairs;
            work.Cos = cos;
            work.Sin = sin;
            work.Start(Workers);
        }
        work.Frequencies = null;
    }

    /// <summary>
    /// Rotates pairs of every head in place: (a, b) becomes (a cos - b sin, a sin + b cos), each as fma over a rounded product.
    /// Dimensions from <paramref name="rotatedDimensions"/> on are left alone.
    /// </summary>
    /// <param name="pairing">Which dimensions are a pair.</param>
    /// <param name="x">[rows][heads][headLength].</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="headLength">Floats of a head.</param>
    /// <param name="rotatedDimensions">Even, at most <paramref name="headLength"/>.</param>
    /// <param name="cos">As <see cref="RopeAngles"/> writes them.</param>
    /// <param name="sin">As <see cref="RopeAngles"/> writes them.</param>
    public void Rope(
        RopePairing pairing, float* x, long stride, int rows, int heads, int headLength, int rotatedDimensions, float* cos, float* sin)
    {
        var work = TheRope;
        work.Pairing = pairing;
        work.X = x;
        work.Stride = stride;
        work.Rows = rows;
        work.Heads = heads;
        work.HeadLength = headLength;
        work.Pairs = rotatedDimensions / 2;
        work.Cos = cos;
        work.Sin = sin;
        work.Start(Workers);
    }
}
