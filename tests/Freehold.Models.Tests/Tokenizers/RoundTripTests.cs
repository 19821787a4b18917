using System.Buffers;
using System.Text;
using CsCheck;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class RoundTripTests
{
    // Scalars of every kind, single code units that may be lone surrogates, and what pre-tokenizers look for.
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Char.Select(c => c.ToString()),
        Gen.Int[0, 0x10FFFF].Where(s => s is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32),
        Gen.Int[0x20, 0x7E].Select(c => ((char)c).ToString()),
        Gen.Const(new[] { "'s", "'LL", " ", "  ", "\n", "\r\n", "\t", "\u3000", "123", "٣", "漢字", "नि", "e\u0301", "👩\u200D🚀", "İ", "▁", "<|im_end|>", "</s>" }).SelectMany(known => Gen.Int[0, known.Length - 1].Select(i => known[i])))
        .Array[0, 40].Select(string.Concat);

    [Theory]
    [InlineData("gpt-2")]
    [InlineData("qwen2")]
    [InlineData("tekken")]
    [InlineData("deepseek-llm")]
    [InlineData("deepseek-coder")]
    public void Any_text_comes_back_from_byte_level_bpe(string name)
    {
        var tokenizer = SharedVocabulary.Load(name);

        AnyText.Sample(text =>
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), tokenizer.Decode(tokenizer.Encode(text, addSpecial: false).ToArray())), iter: 2000);
    }

    [Theory]
    [InlineData("llama-spm")]
    [InlineData("phi-3")]
    public void Any_text_comes_back_from_SentencePiece_but_for_its_own_space_mark(string name)
    {
        var tokenizer = SharedVocabulary.Load(name);

        AnyText.Select(text => text.Replace('▁', '_')).Sample(text =>
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), tokenizer.Decode(tokenizer.Encode(text).ToArray())), iter: 2000);
    }

    [Fact]
    public void Bytes_of_single_ids_add_up_to_the_text()
    {
        var tokenizer = SharedVocabulary.Load("llama-spm");
        Assert.True(tokenizer.HasSpacePrefix);
        var output = new ArrayBufferWriter<byte>();
        foreach (var id in tokenizer.Encode("naïve 🦙 日本", addSpecial: false))
            tokenizer.WriteBytes(id, output);

        Assert.Equal(" naïve 🦙 日本", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Many_threads_may_use_one_tokenizer()
    {
        var tokenizer = SharedVocabulary.Load("gpt-2");
        var texts = Enumerable.Range(0, 64).Select(i => string.Join(' ', Enumerable.Range(i, 200).Select(n => $"word{n * 7919 % 1000}"))).ToArray();
        var alone = texts.Select(text => tokenizer.Encode(text)).ToArray();

        Parallel.For(0, 256, i => Assert.Equal(alone[i % 64], tokenizer.Encode(texts[i % 64])));
    }
}
