using Freehold.Models.Files.Gguf;

namespace Freehold.Models.Files;

/// <summary>Opens a model whatever its file format, told by its content and never by its name.</summary>
public static class ModelFiles
{
    /// <summary>Opens a GGUF file, a Hugging Face folder, or a safetensors file with its <c>config.json</c> beside it.</summary>
    /// <exception cref="ModelFormatException">The model is damaged, hostile, truncated or of a kind that is not read.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IModelSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return SafetensorsFolder.Open(path);
        Span<byte> first = stackalloc byte[9];
        int read;
        using (var stream = File.OpenRead(path))
            read = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        if (read >= 4 && first[..4].SequenceEqual("GGUF"u8))
            return GgufFile.Open(path);
        // A safetensors file is told by the brace that opens its header behind the eight bytes of length.
        return read == 9 && first[8] == (byte)'{'
            ? SafetensorsFolder.Open(path)
            : throw ModelFormatException.Unsupported($"{path}: this is neither a GGUF file nor a safetensors file nor a folder of one");
    }
}
