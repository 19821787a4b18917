using System.Text.Json;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class PublishedIdsTests
{
    public static readonly TheoryData<string> Exact =
    [
        "deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "mpt", "qwen2", "refact", "starcoder", "tekken", "llama-spm", "phi-3",
    ];

    public static readonly TheoryData<string> All = [.. Exact.Select(row => row.Data), "bert-bge", "xlm-roberta"];

    [Theory]
    [MemberData(nameof(All))]
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

    [Theory]
    [InlineData("bert-bge")]
    [InlineData("xlm-roberta")]
    public void What_comes_back_normalised_gives_the_same_ids_again(string name)
    {
        var tokenizer = SharedVocabulary.Load(name);

        foreach (var (_, ids) in SharedVocabulary.Cases(name).Where(c => !c.Ids.Contains(tokenizer.Special.Unknown)))
            Assert.Equal(ids, tokenizer.Encode(tokenizer.Decode(ids), addSpecial: false));
    }

    [Theory]
    [InlineData("bert-bge", "  Héllo,\tWORLD!  It's 3.14?", "hello, world! it's 3. 14?")]
    [InlineData("xlm-roberta", "  Héllo,\tＷorld ①!  ", "Héllo, World 1!")]
    public void Families_that_normalise_give_back_the_normalised_text(string name, string text, string normalised)
    {
        var tokenizer = SharedVocabulary.Load(name);

        Assert.Equal(normalised, tokenizer.Decode(tokenizer.Encode(text).ToArray()));
    }

    [Fact]
    public void Texts_for_embeddings_give_the_ids_of_Hugging_Face()
    {
        var tokenizer = SharedVocabulary.LoadFile("models/all-MiniLM-L6-v2-q8_0.gguf");
        using var data = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("data/embeddings/all-MiniLM-L6-v2.json")));
        var rows = data.RootElement.GetProperty("rows").EnumerateArray().ToArray();

        Assert.Equal(32, rows.Length);
        foreach (var row in rows)
        {
            var expected = row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var actual = tokenizer.Encode(row.GetProperty("text").GetString()!);
            // The reference cuts at 512, the separator included.
            Assert.Equal(expected, actual.Count <= 512 ? actual : [.. actual.Take(511), actual[^1]]);
        }
    }
}
