namespace Freehold.Models.Architectures.Layers;

/// <summary>
/// Normalises rows. Without a centre: root mean square (arXiv 1910.07467), y = x / sqrt(mean(x^2) + epsilon) * weight.
/// With a centre: layer normalisation (arXiv 1607.06450), with an optional bias.
/// </summary>
internal sealed unsafe class Norm(float* weight, float* bias, float epsilon, int length, bool centred)
{
    /// <summary>Normalises rows of <c>length</c> floats; from and to may be the same.</summary>
    public void Apply(Pass pass, float* from, long fromStride, float* to, long toStride, int rows)
    {
        if (centred)
            pass.Compute.LayerNorm(from, fromStride, weight, bias, epsilon, to, toStride, rows, length);
        else
            pass.Compute.RmsNorm(from, fromStride, weight, epsilon, to, toStride, rows, length);
    }

    /// <summary>Normalises tightly packed rows: the stream, or the heads of queries and keys.</summary>
    public void Apply(Pass pass, float* from, float* to, int rows) => Apply(pass, from, length, to, length, rows);
}
