using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Tests.Answers;

public class SipHashTests
{
    // vectors.h of the reference implementation (github.com/veorq/SipHash): vectors_sip128, key 00 to 0f, messages 00, 00 01, ...
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(7, "a1f1ebbed8dbc153c0b84aa61ff08239")]
    [InlineData(8, "3b62a9ba6258f5610f83e264f31497b4")]
    [InlineData(15, "5493e99933b0a8117e08ec0f97cfc3d9")]
    [InlineData(63, "5150d1772f50834a503e069a973fbd7c")]
    public void Codes_are_those_of_the_reference(int length, string expected)
    {
        var key = BitConverter.ToUInt128([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);
        var code = SipHash.Of([.. Enumerable.Range(0, length).Select(i => (byte)i)], key);
        Assert.Equal(expected, Convert.ToHexStringLower(BitConverter.GetBytes(code)));
    }

    [Fact]
    public void A_signature_fits_its_text_under_its_key_and_nothing_else()
    {
        var (mine, other) = (new ThinkingSignature(7), new ThinkingSignature(8));
        var signature = mine.Of("Hm.");
        Assert.StartsWith("fh1.", signature, StringComparison.Ordinal);
        Assert.True(mine.Matches("Hm.", signature));
        Assert.False(mine.Matches("Hm!", signature));
        Assert.False(mine.Matches("Hm.", ""));
        Assert.False(other.Matches("Hm.", signature));
    }
}
