using Freehold.Kernels.Numerics;

namespace Freehold.Kernels.Rope;

/// <summary>The angle each pair of dimensions turns by per position (RoFormer, arXiv 2104.09864), with the ways models stretch it.</summary>
public sealed class RopeFrequencies
{
    private readonly double[] _perPosition;

    /// <summary>freqScale * freqBase^(-2i/n) / factors[i] for pair i.</summary>
    /// <param name="rotatedDimensions">n, even.</param>
    /// <param name="freqBase">Positive.</param>
    /// <param name="freqScale">1 for none; 1/factor for linear scaling.</param>
    /// <param name="factors">n/2 divisors (llama3, longrope), or empty.</param>
    /// <param name="magnitude">Factor on sines and cosines.</param>
    /// <exception cref="ArgumentException">The dimensions are odd, the base is not positive, or a factor is 0 or not finite.</exception>
    public RopeFrequencies(int rotatedDimensions, double freqBase, double freqScale, ReadOnlySpan<float> factors, float magnitude = 1)
        : this(Plain(rotatedDimensions, freqBase, factors), magnitude)
    {
        for (var i = 0; i < _perPosition.Length; i++)
            _perPosition[i] *= freqScale;
    }

    private RopeFrequencies(double[] perPosition, float magnitude) => (_perPosition, Magnitude) = (perPosition, magnitude);

    /// <summary>Pairs that rotate.</summary>
    public int Pairs => _perPosition.Length;

    /// <summary>Factor on sines and cosines.</summary>
    public float Magnitude { get; }

    /// <summary>YaRN (arXiv 2309.00071) as ggml's <c>rope_yarn</c> computes it: low frequencies interpolated, high ones kept, a ramp between.</summary>
    public static RopeFrequencies Yarn(
        int rotatedDimensions, double freqBase, double freqScale, ReadOnlySpan<float> factors, int originalContext,
        double extrapolation, float magnitude, double betaFast, double betaSlow)
    {
        var frequencies = Plain(rotatedDimensions, freqBase, factors);
        double Dimension(double rotations) =>
            rotatedDimensions * DoubleFunctions.Log(originalContext / (rotations * 2 * Math.PI)) / (2 * DoubleFunctions.Log(freqBase));
        var low = Math.Max(0, Math.Floor(Dimension(betaFast)));
        var high = Math.Min(rotatedDimensions - 1, Math.Ceiling(Dimension(betaSlow)));
        for (var i = 0; i < frequencies.Length; i++)
        {
            var ramp = 1 - Math.Clamp((i - low) / Math.Max(0.001, high - low), 0, 1);
            var kept = ramp * extrapolation;
            frequencies[i] *= freqScale * (1 - kept) + kept;
        }
        var louder = extrapolation == 0 ? 1 : 1 + 0.1 * DoubleFunctions.Log(1 / freqScale);
        return new RopeFrequencies(frequencies, (float)(magnitude * louder));
    }

    /// <summary>Radians a pair has turned at a position.</summary>
    internal double Angle(int pair, int position) => position * _perPosition[pair];

    private static double[] Plain(int dimensions, double freqBase, ReadOnlySpan<float> factors)
    {
        if (dimensions < 2 || dimensions % 2 != 0 || !(freqBase > 0) || !double.IsFinite(freqBase))
            throw new ArgumentException($"rope over {dimensions} dimensions on a base of {freqBase}: an even number and a positive base were expected");
        if (factors.Length != 0 && factors.Length != dimensions / 2)
            throw new ArgumentException($"rope has {factors.Length} factors for {dimensions / 2} pairs");
        var frequencies = new double[dimensions / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var factor = factors.Length == 0 ? 1 : factors[i];
            if (factor == 0 || !float.IsFinite(factor))
                throw new ArgumentException($"rope factor {i} is {factor}; a finite number other than 0 was expected");
            frequencies[i] = DoubleFunctions.Pow(freqBase, -2.0 * i / dimensions) / factor;
        }
        return frequencies;
    }
}
