namespace Freehold.Models.Architectures;

/// <summary>What a model is for.</summary>
public enum ModelKind
{
    /// <summary>It continues text.</summary>
    Generates,

    /// <summary>It gives a vector a text.</summary>
    Embeds,

    /// <summary>It scores pairs of texts: a cross-encoder.</summary>
    Ranks,
}
