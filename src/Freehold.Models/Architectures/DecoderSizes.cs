using Freehold.Models.Files;

namespace Freehold.Models.Architectures;

/// <summary>A transformer's sizes as GGUF's metadata gives them, checked.</summary>
internal sealed record DecoderSizes(
    int Layers, int Context, int Embedding, int FeedForward, int Heads, int KeyValueHeads, int KeyLength, int ValueLength, int Rotated, float Epsilon)
{
    /// <summary>Reads and checks the sizes under the architecture's prefix.</summary>
    /// <exception cref="ModelFormatException">One is missing or senseless.</exception>
    public static DecoderSizes Read(ModelMetadata metadata)
    {
        var prefix = metadata.Architecture;
        int Size(string key, int? otherwise = null)
        {
            var name = $"{prefix}.{key}";
            var value = otherwise is { } stand ? metadata.GetInt32(name, stand) : metadata.GetInt32(name);
            return value is > 0 and <= 1 << 27 ? value : throw new ModelFormatException($"the metadata's '{name}' is {value}; a positive size was expected");
        }

        if (metadata.GetInt32($"{prefix}.expert_count", 0) > 0)
            throw ModelFormatException.Unsupported($"this '{prefix}' model is a mixture of experts, which this version does not run");
        var embedding = Size("embedding_length");
        var heads = Size("attention.head_count");
        var keyValueHeads = Size("attention.head_count_kv", heads);
        var keyLength = Size("attention.key_length", Math.Max(embedding / heads, 1));
        var valueLength = Size("attention.value_length", keyLength);
        var rotated = Size("rope.dimension_count", keyLength);
        if (heads % keyValueHeads != 0)
            throw new ModelFormatException($"{heads} query heads cannot share {keyValueHeads} key-value heads evenly");
        if (rotated > keyLength || rotated % 2 != 0)
            throw new ModelFormatException($"the metadata rotates {rotated} of {keyLength} dimensions of a head; an even number up to {keyLength} was expected");
        if ((long)heads * Math.Max(keyLength, valueLength) > 1 << 27)
            throw ModelFormatException.Unsupported($"{heads} heads of {keyLength} are more than this engine computes");
        var epsilon = metadata.GetDouble($"{prefix}.attention.layer_norm_rms_epsilon", metadata.GetDouble($"{prefix}.attention.layer_norm_epsilon", 1e-5));
        return new DecoderSizes(
            Size("block_count"), Size("context_length"), embedding, Size("feed_forward_length"),
            heads, keyValueHeads, keyLength, valueLength, rotated, (float)epsilon);
    }
}
