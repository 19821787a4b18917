using System.Globalization;
using System.Text;
using Freehold.Models.Tokenizers.Scalars;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class ScalarTableTests
{
    [Fact]
    public void Categories_and_white_space_are_those_of_Unicode_16()
    {
        for (var scalar = 0; scalar < 0x110000; scalar++)
        {
            // .NET 10 has Unicode 16; a later runtime may know more scalars, but never another category for these.
            if (ScalarProperties.Category(scalar) != UnicodeCategory.OtherNotAssigned)
                Assert.Equal(CharUnicodeInfo.GetUnicodeCategory(scalar), ScalarProperties.Category(scalar));
            if (Rune.TryCreate(scalar, out var rune))
                Assert.Equal(Rune.IsWhiteSpace(rune), ScalarProperties.IsWhiteSpace(scalar));
        }
    }

    [Theory]
    [InlineData("é", "e\u0301")]
    [InlineData("한글", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    [InlineData("가", "\u1100\u1161")]
    [InlineData("\u1E69", "s\u0323\u0307")]
    [InlineData("s\u0307\u0323", "s\u0323\u0307")]
    [InlineData("\uF900", "\u8C48")]
    [InlineData("क़", "क\u093C")]
    public void Decomposition_is_canonical_and_ordered(string text, string decomposed)
    {
        var output = new List<int>();
        foreach (var rune in text.EnumerateRunes())
            CanonicalDecomposition.Append(rune.Value, output);
        CanonicalDecomposition.Order(output);

        Assert.Equal(decomposed, string.Concat(output.Select(char.ConvertFromUtf32)));
    }

    [Theory]
    [InlineData("AZaz", "azaz")]
    [InlineData("ÄÖŸĀā", "äöÿāā")]
    [InlineData("ΣΩ\u2126", "σωω")]
    [InlineData("ДжЁ", "джё")]
    [InlineData("İ", "i\u0307")]
    [InlineData("\U0001E900", "\U0001E922")]
    public void Lower_case_is_one_scalar_at_a_time(string text, string lower)
    {
        var output = new List<int>();
        foreach (var rune in text.EnumerateRunes())
            LowerCase.Append(rune.Value, output);

        Assert.Equal(lower, string.Concat(output.Select(char.ConvertFromUtf32)));
    }
}
