using System.Text;
using CsCheck;
using Freehold.Engine.Text;

namespace Freehold.Engine.Tests.Text;

public class AnswerTextTests
{
    /// <summary>What is shown after each token, and whether a stop string ended it.</summary>
    private static (List<string> Shown, bool Stopped) Show(IEnumerable<byte[]> tokens, params string[] stops)
    {
        var list = tokens.ToList();
        var text = new AnswerText(new StopStrings(stops), list.Max(token => token.Length));
        var shown = new List<string>();
        for (var i = 0; i < list.Count; i++)
        {
            var stopped = text.Append(list[i], i == list.Count - 1, out var bytes);
            shown.Add(Encoding.UTF8.GetString(bytes));
            if (stopped)
                return (shown, true);
        }
        return (shown, false);
    }

    private static IEnumerable<byte[]> Bytes(string text) => Encoding.UTF8.GetBytes(text).Select(value => new[] { value });

    [Fact]
    public void A_character_is_shown_when_its_last_byte_is_there()
    {
        var (shown, _) = Show(Bytes("aé👩‍🚀"));
        Assert.Equal(["a", "", "é", "", "", "", "👩", "", "", "\u200D", "", "", "", "🚀"], shown);
    }

    [Fact]
    public void An_unfinished_character_at_the_end_becomes_a_replacement_character()
    {
        var (shown, _) = Show([[(byte)'a'], [0xF0], [0x9F]]);
        Assert.Equal("a\uFFFD", string.Concat(shown));
    }

    [Fact]
    public void Invalid_bytes_read_the_same_token_by_token_and_as_a_whole() =>
        Gen.OneOf(Gen.Byte[0x80, 0xFF], Gen.Byte, Gen.Int[0, 2].Select(i => new byte[] { 0xF0, 0x9F, 0xE2 }[i])).Array[1, 40].Sample(bytes =>
            string.Concat(Show(bytes.Select(value => new[] { value })).Shown) == Encoding.UTF8.GetString(bytes));

    [Fact]
    public void A_stop_string_across_tokens_is_not_shown_and_its_start_is_held_back()
    {
        var (shown, stopped) = Show(["Hello EN"u8.ToArray(), "D"u8.ToArray(), " of it"u8.ToArray()], "END");
        Assert.True(stopped);
        Assert.Equal(["Hello ", ""], shown);
    }

    [Fact]
    public void What_only_looked_like_a_stop_string_is_shown_later()
    {
        var (shown, stopped) = Show(["a EN"u8.ToArray(), "T END"u8.ToArray(), "LESS"u8.ToArray()], "ENDE");
        Assert.False(stopped);
        Assert.Equal(["a ", "ENT ", "ENDLESS"], shown);
    }

    [Fact]
    public void A_held_back_start_is_shown_when_the_answer_ends() =>
        Assert.Equal("abcEN", string.Concat(Show(Bytes("abcEN"), "END").Shown));

    [Fact]
    public void The_first_complete_stop_string_counts_wherever_tokens_are_cut()
    {
        var gen = Gen.Select(
            Gen.Char["abé"].Array[1, 24].Select(chars => new string(chars)),
            Gen.Char["abé"].Array[1, 5].Select(chars => new string(chars)).Array[1, 3],
            Gen.Int[1, 5]);
        gen.Sample((text, stops, size) =>
        {
            // The plain definition: the least prefix that ends with a stop string loses the longest that it ends with.
            var expected = text;
            for (var end = 1; end <= text.Length; end++)
            {
                var hits = stops.Where(stop => text.AsSpan(0, end).EndsWith(stop, StringComparison.Ordinal)).ToList();
                if (hits.Count == 0)
                    continue;
                expected = text[..(end - hits.Max(hit => hit.Length))];
                break;
            }
            var (shown, stopped) = Show(Encoding.UTF8.GetBytes(text).Chunk(size), stops);
            Assert.Equal(expected, string.Concat(shown));
            Assert.Equal(expected.Length != text.Length, stopped);
        });
    }
}
