using Freehold.Kernels.Numerics;
using Freehold.Kernels.Rope;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    /// <summary>Writes cosine and sine of every row's angles, [rows][pairs], once per forward pass.</summary>
    public void RopeAngles(RopeFrequencies frequencies, ReadOnlySpan<int> positions, float* cos, float* sin)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        var pairs = frequencies.Pairs;
        for (var row = 0; row < positions.Length; row++)
            for (var i = 0; i < pairs; i++)
            {
                var (s, c) = DoubleFunctions.SinCos(frequencies.Angle(i, positions[row]));
                cos[(long)row * pairs + i] = (float)c * frequencies.Magnitude;
                sin[(long)row * pairs + i] = (float)s * frequencies.Magnitude;
            }
    }

    /// <summary>
    /// Rotates pairs of every head in place: (a, b) becomes (a cos - b sin, a sin + b cos), each as fma over a rounded product.
    /// Dimensions from <paramref name="rotatedDimensions"/> on are left alone.
    /// </summary>
    public void Rope(
        RopePairing pairing, float* x, long stride, int rows, int heads, int headLength, int rotatedDimensions, float* cos, float* sin)
    {
        var pairs = rotatedDimensions / 2;
        var (step, other) = pairing == RopePairing.Adjacent ? (2, 1) : (1, pairs);
        for (var row = 0; row < rows; row++)
        {
            var c = cos + (long)row * pairs;
            var s = sin + (long)row * pairs;
            for (var head = 0; head < heads; head++)
            {
                var v = x + row * stride + (long)head * headLength;
                for (var i = 0; i < pairs; i++)
                {
                    var (a, b) = (v[i * step], v[i * step + other]);
                    v[i * step] = MathF.FusedMultiplyAdd(a, c[i], -(b * s[i]));
                    v[i * step + other] = MathF.FusedMultiplyAdd(a, s[i], b * c[i]);
                }
            }
        }
    }
}
