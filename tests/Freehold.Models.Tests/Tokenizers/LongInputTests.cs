using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

/// <summary>Texts on which a quadratic algorithm would run for hours: these tests end or they do not.</summary>
public sealed class LongInputTests
{
    [Theory]
    [InlineData("gpt-2", "a")]
    [InlineData("gpt-2", " ")]
    [InlineData("qwen2", "A")]
    [InlineData("tekken", "Aa")]
    [InlineData("tekken", "A")]
    [InlineData("deepseek-llm", "漢")]
    [InlineData("falcon", "1")]
    [InlineData("mpt", "<|endoftext|")]
    [InlineData("llama-spm", "a")]
    [InlineData("llama-spm", " ")]
    [InlineData("xlm-roberta", "a")]
    [InlineData("xlm-roberta", "\u0301")]
    [InlineData("bert-bge", "a")]
    [InlineData("bert-bge", "\u0327\u0301")]
    public void Two_million_characters_of_one_kind_are_tokenized(string name, string unit)
    {
        var tokenizer = SharedVocabulary.Load(name);

        Assert.NotEmpty(tokenizer.Encode(string.Concat(Enumerable.Repeat(unit, 2_000_000 / unit.Length))));
    }
}
