using System.Globalization;
using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.Vocabularies;

/// <summary>Reads GGUF's <c>tokenizer.ggml.*</c> arrays, checking each length and id.</summary>
internal static class VocabularyReader
{
    /// <summary>Tokens, kinds and scores.</summary>
    /// <exception cref="ModelFormatException">Missing, of another type, or of lengths that differ.</exception>
    public static Vocabulary Read(ModelMetadata metadata)
    {
        if (metadata.FindTexts("tokenizer.ggml.tokens") is not { } tokens)
            throw new ModelFormatException("the metadata has no array of strings 'tokenizer.ggml.tokens'; the file carries no vocabulary");
        var kinds = new TokenKind[tokens.Count];
        Array.Fill(kinds, TokenKind.Normal);
        if (Integers(metadata, "tokenizer.ggml.token_type") is { } types)
        {
            if (types.Length != tokens.Count)
                throw new ModelFormatException($"'tokenizer.ggml.token_type' has {types.Length} entries for {tokens.Count} tokens; the file is damaged");
            for (var i = 0; i < types.Length; i++)
                kinds[i] = types[i] is >= 0 and <= 6
                    ? (TokenKind)types[i]
                    : throw new ModelFormatException($"'tokenizer.ggml.token_type' gives token {i} the unknown type {types[i]} (0 to 6 are known)");
        }
        return new Vocabulary(tokens, kinds, Scores(metadata, tokens.Count));
    }

    /// <summary>A token id, or <paramref name="otherwise"/> where the key is absent or -1 ("none").</summary>
    /// <exception cref="ModelFormatException">It is no whole number or no id of this vocabulary.</exception>
    public static int Id(ModelMetadata metadata, string key, int count, int otherwise)
    {
        if (!metadata.Values.TryGetValue(key, out var boxed))
            return otherwise < count ? otherwise : -1;
        if (boxed is string or bool or Array or float or double)
            throw new ModelFormatException($"the metadata's '{key}' is {boxed.GetType().Name}; a token id was expected");
        var value = Convert.ToDecimal(boxed, CultureInfo.InvariantCulture);
        if (value is -1 or uint.MaxValue)
            return -1;
        if (value < 0 || value >= count)
            throw new ModelFormatException($"the metadata's '{key}' is {value}, but the vocabulary has {count} tokens; the file is damaged");
        return (int)value;
    }

    /// <summary>An array of whole numbers of any width up to 32 bits, or null where the key is absent.</summary>
    private static int[]? Integers(ModelMetadata metadata, string key)
    {
        if (!metadata.Values.TryGetValue(key, out var boxed))
            return null;
        // Exact types: the runtime would let a uint[] pass for an int[].
        if (boxed.GetType() == typeof(int[]))
            return (int[])boxed;
        if (boxed.GetType() == typeof(uint[]))
            return Array.ConvertAll((uint[])boxed, v => v > int.MaxValue ? -1 : (int)v);
        throw new ModelFormatException($"the metadata's '{key}' is {boxed.GetType().Name}; an array of 32-bit whole numbers was expected");
    }

    private static float[] Scores(ModelMetadata metadata, int count)
    {
        if (!metadata.Values.TryGetValue("tokenizer.ggml.scores", out var boxed))
            return [];
        var scores = boxed switch
        {
            float[] v => v,
            int[] v => Array.ConvertAll(v, x => (float)x),
            _ => throw new ModelFormatException($"the metadata's 'tokenizer.ggml.scores' is {boxed.GetType().Name}; an array of numbers was expected"),
        };
        if (scores.Length != count)
            throw new ModelFormatException($"'tokenizer.ggml.scores' has {scores.Length} entries for {count} tokens; the file is damaged");
        foreach (var score in scores)
            if (!float.IsFinite(score))
                throw new ModelFormatException("'tokenizer.ggml.scores' has an entry that is no finite number; the file is damaged");
        return scores;
    }
}
