namespace Freehold.Models.Files;

/// <summary>Opens a model whatever its file format, told by its content and never by its name.</summary>
public static class ModelFiles
{
    /// <summary>Opens a GGUF file.</summary>
    /// <exception cref="ModelFormatException">The model is damaged, hostile, truncated or of a kind that is not read.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IModelSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return GgufFile.Open(path);
    }
}
