using Freehold.Commands;

namespace Freehold.Tests.Commands;

public class ByteCountTests
{
    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("2G", 2L << 30)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("512m", 512L << 20)]
    [InlineData("1.5kb", 1536)]
    [InlineData("1T", 1L << 40)]
    public void A_size_is_read_as_people_write_it(string text, long bytes)
    {
        Assert.True(ByteCount.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1G")]
    [InlineData("0")]
    [InlineData("1X")]
    [InlineData("1e9")]
    [InlineData("99999999T")]
    [InlineData("79228162514264337593543950335T")]
    public void What_is_no_size_is_not_read(string text) => Assert.False(ByteCount.TryParse(text, out _));

    [Theory]
    [InlineData(100, "100 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3L << 30, "3 GiB")]
    public void A_size_is_written_short(long bytes, string text) => Assert.Equal(text, ByteCount.Write(bytes));
}
