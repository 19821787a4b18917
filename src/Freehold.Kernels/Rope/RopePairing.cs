namespace Freehold.Kernels.Rope;

/// <summary>Which two dimensions of a head rotate together.</summary>
public enum RopePairing
{
    /// <summary>2i and 2i + 1: GGUF's "norm" (llama, granite).</summary>
    Adjacent,
    /// <summary>i and i + n/2: GGUF's "neox" (qwen, gemma, phi).</summary>
    Halves,
}
