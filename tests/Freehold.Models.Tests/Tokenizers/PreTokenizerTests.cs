using System.Text;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Splitting;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("gpt-2", "I'll go  now 123!\n\n x", "I|'ll| go| | now| 123|!|\n\n| x")]
    [InlineData("llama-bpe", "I'LL go  now 1234!\n\n x", "I|'LL| go| | now| |123|4|!\n\n| x")]
    [InlineData("qwen2", "a12 (b)", "a|1|2| (|b|)")]
    [InlineData("smollm", "a12 b", "a|1|2| b")]
    [InlineData("gpt-4o", "HelloWorld's ABC", "Hello|World's| ABC")]
    [InlineData("tekken", "HelloWorld ABC", "Hello|World| ABC")]
    [InlineData("tekken", "नमस्ते é", "नमस्ते| é")]
    [InlineData("tiny_aya", "12345 x", "12|345| x")]
    [InlineData("tiny_aya", "12345x", "123|45|x")]
    [InlineData("superbpe", "a b 1234567", "a b |1|234|567")]
    [InlineData("afmoe", "1234 ab", "1|234| ab")]
    [InlineData("kimi-k2", "abc漢字def", "abc|漢字|def")]
    [InlineData("chameleon", "<sentinel:12>  a", "<|sentinel|:|1|2|>|  |a")]
    [InlineData("bloom", "a, b", "a|,| b")]
    [InlineData("exaone-moe", "a b c1", "a b c|1")]
    [InlineData("deepseek-v3", "1234 a!b", "123|4| a|!b")]
    [InlineData("jais-2", "a      b", "a|    | | b")]
    [InlineData("qwen2", "𝒳𝒴 😀😀", "𝒳𝒴| 😀😀")]
    [InlineData("bailingmoe", "it's \n\n", "it|'s| \n\n")]
    public void Text_is_cut_as_the_family_does(string family, string text, string pieces) =>
        Assert.Equal(pieces.Split('|'), Split(family, text));

    [Theory]
    [InlineData("default")]
    [InlineData("falcon")]
    [InlineData("deepseek-llm")]
    [InlineData("deepseek-coder")]
    [InlineData("spark2_5")]
    [InlineData("youtu")]
    [InlineData("viking")]
    [InlineData("qwen35")]
    [InlineData("ufakzeka")]
    [InlineData("seed-coder")]
    [InlineData("laguna")]
    [InlineData("minicpm5")]
    [InlineData("granite-embed-multi-97m")]
    public void Every_family_gives_the_whole_text_in_pieces(string family)
    {
        const string text = "Hello, world! 12345 ½ ٣ it's\r\n\tDON'T 漢字かな 한국어 नमस्ते 😀\u200D🚀 e\u0301 (x) <y>  \u3000 z ";

        Assert.Equal(text, string.Concat(Split(family, text)));
    }

    [Theory]
    [InlineData("tiny_aya")]
    [InlineData("superbpe")]
    [InlineData("afmoe")]
    public void Two_million_digits_are_grouped_without_looking_ahead_again_and_again(string family)
    {
        var pieces = Split(family, new string('7', 2_000_000));

        Assert.Equal(666_667, pieces.Count);
        Assert.Equal("77", pieces[0]);
    }

    [Fact]
    public void An_unknown_name_is_refused_and_named() =>
        Assert.Contains("my-own", Assert.Throws<ModelFormatException>(() => PreTokenizerFamily.Find("my-own")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(?<=a)b")]
    [InlineData("(a*)*")]
    [InlineData("a.b")]
    [InlineData(@"\w")]
    [InlineData(@"\p{Greek}")]
    [InlineData("[b-a]")]
    [InlineData("[ab")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData(@"a\")]
    public void A_pattern_beyond_the_known_is_refused(string pattern) => Assert.Throws<ModelFormatException>(() => new PatternStage(pattern));

    private static List<string> Split(string family, string text)
    {
        var sink = new Collector();
        PreTokenizerFamily.Find(family).Build().Split(Encoding.UTF8.GetBytes(text), new SplitSession(), sink);
        return sink.Pieces;
    }

    private sealed class Collector : IPieceSink
    {
        public List<string> Pieces { get; } = [];

        public void Piece(ReadOnlySpan<byte> piece) => Pieces.Add(Encoding.UTF8.GetString(piece));
    }
}
