using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers;

namespace Freehold.Fuzz.Targets;

/// <summary>GGUF files that hold nothing but a vocabulary: what is accepted must tokenize, and take its own ids back.</summary>
public sealed class VocabularyTarget : IFuzzTarget
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("freehold-fuzz-").FullName, "vocabulary.gguf");

    /// <inheritdoc/>
    public string Name => "vocabulary";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return new GgufWriter().AddAll(TinyVocabulary.ByteLevel("llama-bpe").Keys).ToBytes();
            yield return new GgufWriter().AddAll(TinyVocabulary.WordPiece().Keys).ToBytes();
            string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(i => $"<0x{i:X2}>"), "▁", "a", "b", "ab", "▁ab", "c"];
            int[] types = [2, 3, 3, .. Enumerable.Repeat(6, 256), .. Enumerable.Repeat(1, 6)];
            foreach (var model in new[] { "llama", "t5" })
            {
                yield return new GgufWriter()
                    .Add("tokenizer.ggml.model", model).Add("tokenizer.ggml.tokens", tokens).Add("tokenizer.ggml.token_type", types)
                    .Add("tokenizer.ggml.scores", tokens.Select((_, i) => -0.5f * i).ToArray())
                    .Add("tokenizer.ggml.unknown_token_id", 0u).Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.eos_token_id", 2u)
                    .Add("tokenizer.ggml.add_space_prefix", true).ToBytes();
            }
        }
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        File.WriteAllBytes(_path, input);
        using var file = GgufFile.Open(_path);
        var tokenizer = TokenizerFactory.Create(file.Metadata);
        var ids = tokenizer.Encode("ab c <|im_end|> é 12 👩‍🔬\n", parseSpecial: true);
        foreach (var id in ids)
            if ((uint)id >= (uint)tokenizer.VocabularySize)
                throw new InvalidOperationException($"id {id} of a vocabulary of {tokenizer.VocabularySize}");
        tokenizer.Decode([.. ids]);
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is ModelFormatException;
}
