using System.Text.RegularExpressions;
using Freehold.Pages.Chat;

namespace Freehold.Pages.Tests.Chat;

/// <summary>What a model writes is a stranger's input.</summary>
public partial class MarkdownTextTests
{
    // Elements and attributes that rendering makes by itself; nothing of the text may add another.
    [GeneratedRegex(@"^<(/?(p|em|strong|del|code|pre|span|ul|ol|li|blockquote|hr|br|h[1-6]|table|thead|tbody|tr|th|td|div|button|a|input)\b)(( (class|type|data-copy-code|start|target|rel|disabled|checked|style|align)(=""[^""<>]*"")?)|( href=""(https?:|mailto:)[^""<>]*""))*\s*/?>$")]
    private static partial Regex Harmless();

    [GeneratedRegex("<[^>]*>?")]
    private static partial Regex Tag();

    private static string Html(string text) => string.Concat(MarkdownText.Blocks(text));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("a <b onmouseover=alert(1)>b</b>")]
    [InlineData("<svg/onload=alert(1)>")]
    [InlineData("<iframe srcdoc=\"<script>alert(1)</script>\">")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](java\nscript:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](\u0001javascript:alert(1))")]
    [InlineData("[x](data:text/html,<script>alert(1)</script>)")]
    [InlineData("[x](vbscript:msgbox)")]
    [InlineData("[x](//evil.example/)")]
    [InlineData("[x](/sign-out)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](http://tracker.example/p.png)")]
    [InlineData("![x](javascript:alert(1))")]
    [InlineData("[x][r]\n\n[r]: javascript:alert(1) \"title\"")]
    [InlineData("[x](http://a.example/\" onmouseover=\"alert(1))")]
    [InlineData("[x](http://a.example 'a\" onclick=alert(1) b=\"')")]
    [InlineData("```html\" onclick=\"alert(1)\n<script>alert(1)</script>\n```")]
    [InlineData("```<img src=x onerror=alert(1)>\n```")]
    [InlineData("`<script>alert(1)</script>`")]
    [InlineData("| a |\n|---|\n| <script>alert(1)</script> |")]
    [InlineData("# <img src=x onerror=alert(1)> {onclick=alert(1)}")]
    [InlineData("<style>*{background:url(http://tracker.example)}</style>")]
    [InlineData("<!-- --><meta http-equiv=refresh content=0>")]
    [InlineData("&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("[a <b> c](http://x.example/<script>)")]
    public void Nothing_that_a_text_has_becomes_a_tag_or_an_attribute(string text)
    {
        foreach (Match tag in Tag().Matches(Html(text)))
            Assert.Matches(Harmless(), tag.Value);
    }

    [Fact]
    public void Links_go_to_the_web_or_to_mail_and_tell_nobody_where_from()
    {
        Assert.Equal("<p><a href=\"https://example.org/a?b=c\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a></p>\n", Html("[x](https://example.org/a?b=c)"));
        Assert.Contains("href=\"mailto:a@example.org\"", Html("<a@example.org>"), StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org/\"", Html("see https://example.org/"), StringComparison.Ordinal);
        Assert.DoesNotContain("href", Html("[x](ftp://example.org/)"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_is_told_and_never_fetched()
    {
        var html = Html("![a map](https://tracker.example/p.png)");
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("image: a map", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Code_keeps_its_language_and_every_character()
    {
        var html = Html("```csharp\nif (a < b && c > d) { }\n```");
        Assert.Contains("<span>csharp</span>", html, StringComparison.Ordinal);
        Assert.Contains("if (a &lt; b &amp;&amp; c &gt; d) { }", html, StringComparison.Ordinal);
    }

    [Fact]
    public void While_a_text_grows_only_its_end_changes()
    {
        const string Text = "# Title\n\nFirst *paragraph*.\n\n- one\n- two\n\n```\ncode\n```\n\nLast.";
        IReadOnlyList<string> before = [];
        for (var length = 1; length <= Text.Length; length++)
        {
            var blocks = MarkdownText.Blocks(Text[..length]);
            Assert.True(blocks.Count >= before.Count - 1, $"at {length}");
            for (var i = 0; i + 2 < before.Count; i++)
                Assert.Equal(before[i], blocks[i]);
            before = blocks;
        }
        Assert.Equal(5, before.Count);
    }

    [Theory]
    [InlineData(">", 5000)]
    [InlineData("- ", 5000)]
    [InlineData("[", 20000)]
    [InlineData("*", 20000)]
    [InlineData("![](", 5000)]
    public void A_text_that_is_nested_without_end_is_shown_and_costs_little(string part, int times)
    {
        var begun = TimeProvider.System.GetTimestamp();
        Assert.NotEmpty(MarkdownText.Blocks(string.Concat(Enumerable.Repeat(part, times)) + "end"));
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_very_long_text_is_shown_as_it_is()
    {
        Assert.Equal("<pre class=\"plain\">&lt;b&gt;" + new string('x', MarkdownText.Longest) + "</pre>", Html("<b>" + new string('x', MarkdownText.Longest)));
    }
}
