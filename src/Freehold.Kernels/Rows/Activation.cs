namespace Freehold.Kernels.Rows;

/// <summary>The functions that feed-forward layers apply to each element.</summary>
public enum Activation
{
    /// <summary>x / (1 + exp(-x)).</summary>
    Silu,
    /// <summary>0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel, arXiv 1606.08415), computed as x / (1 + exp(-2 u)).</summary>
    GeluTanh,
    /// <summary>0.5 x (1 + erf(x / sqrt 2)).</summary>
    GeluErf,
    /// <summary>max(x, 0).</summary>
    Relu,
}
