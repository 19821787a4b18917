using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class PublishedIdsTests
{
    public static readonly TheoryData<string> Exact =
    [
        "deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "mpt", "qwen2", "refact", "starcoder", "tekken", "llama-spm", "phi-3",
    ];

    [Theory]
    [MemberData(nameof(Exact))]
    public void Every_published_text_gives_the_published_ids(string name)
    {
        var tokenizer = SharedVocabulary.Load(name);
        var wrong = SharedVocabulary.Cases(name)
            .Select(c => (c.Text, Expected: string.Join(' ', c.Ids), Actual: string.Join(' ', tokenizer.Encode(c.Text, addSpecial: false))))
            .Where(c => c.Expected != c.Actual)
            .Select(c => $"{c.Text}\n  expected {c.Expected}\n  actual   {c.Actual}");

        Assert.Equal("", string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Exact))]
    public void Every_published_text_comes_back_exactly(string name)
    {
        var tokenizer = SharedVocabulary.Load(name);

        foreach (var (text, ids) in SharedVocabulary.Cases(name))
            Assert.Equal(text, tokenizer.Decode(ids));
    }
}
