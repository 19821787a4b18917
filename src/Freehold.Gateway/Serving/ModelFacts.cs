namespace Freehold.Gateway.Serving;

/// <summary>What a model's file says of it, for those who look before they ask.</summary>
/// <param name="Architecture">GGUF's name of it, such as <c>llama</c>.</param>
/// <param name="Format"><c>gguf</c> or <c>safetensors</c>.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Quantisation">How the weights are stored, such as <c>Q4_K_M</c>; null where the file's name does not say.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="EmbeddingLength">Width of a hidden state, for an encoder of its vectors.</param>
/// <param name="Layers">Number of blocks.</param>
public sealed record ModelFacts(string Architecture, string Format, long Parameters, string? Quantisation, long Bytes, int EmbeddingLength, int Layers)
{
    /// <summary>The file's SHA-256 in hexadecimal; null where it is not known.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The licence as the file names it; null where it does not.</summary>
    public string? Licence { get; init; }

    /// <summary>The source of the chat template; null where the file has none.</summary>
    public string? Template { get; init; }
}
