using Freehold.Models.Files;
using Freehold.Models.Tokenizers.BytePair;
using Freehold.Models.Tokenizers.SentencePiece;
using Freehold.Models.Tokenizers.WordPiece;

namespace Freehold.Models.Tokenizers;

/// <summary>Makes the tokenizer that a file describes, be it a model or a vocabulary alone.</summary>
public static class TokenizerFactory
{
    /// <summary>Reads <c>tokenizer.ggml.*</c> (keys as in llama.cpp's gguf-py constants).</summary>
    /// <param name="metadata">The file's keys.</param>
    /// <returns>A tokenizer that many threads may use at once.</returns>
    /// <exception cref="ModelFormatException">The keys are missing, damaged, or of a family or pre-tokenizer that is not known; the message names it.</exception>
    public static Tokenizer Create(ModelMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var model = metadata.GetString("tokenizer.ggml.model");
        Tokenizer tokenizer = model switch
        {
            "gpt2" => ByteLevelTokenizer.Create(metadata),
            "llama" => SentencePieceTokenizer.Create(metadata),
            "t5" => UnigramTokenizer.Create(metadata),
            "bert" => WordPieceTokenizer.Create(metadata),
            _ => throw ModelFormatException.Unsupported(
                $"the tokenizer '{model}' ('tokenizer.ggml.model') is not known; known are gpt2 (byte-level BPE), llama (SentencePiece BPE), t5 (unigram) and bert (WordPiece)"),
        };
        CheckAdded(tokenizer.Special);
        return tokenizer;
    }

    private static void CheckAdded(SpecialTokens special)
    {
        if (special.AddBos && special.Bos < 0 && special.Classifier < 0)
            throw new ModelFormatException("the vocabulary adds a token in front of each text, but names none ('tokenizer.ggml.bos_token_id'); the file is incomplete");
        if (special.AddEos && special.Eos < 0 && special.Separator < 0)
            throw new ModelFormatException("the vocabulary adds a token behind each text, but names none ('tokenizer.ggml.eos_token_id'); the file is incomplete");
    }
}
