using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Freehold.Pages.Chat;

/// <summary>
/// Markdown (CommonMark, with tables, task lists and struck text) as HTML that cannot do anything: no HTML of the text itself, no images, links to http, https and
/// mailto alone. What a model writes is input of a stranger.
/// </summary>
internal static class MarkdownText
{
    /// <summary>Longer texts are shown as they are: nobody reads so much, and each new word would have all of it parsed again.</summary>
    public const int Longest = 200_000;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml().UsePipeTables().UseTaskLists().UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough).UseAutoLinks().Build();

    /// <summary>The text's blocks, each as HTML: while a text grows, only its last ones change.</summary>
    public static IReadOnlyList<string> Blocks(string text)
    {
        if (text.Length > Longest)
            return [Plain(text)];
        try
        {
            var document = Markdown.Parse(text, Pipeline);
            var blocks = new List<string>();
            foreach (var block in document)
                if (block is not LinkReferenceDefinitionGroup)
                    blocks.Add(HtmlOf(block));
            return blocks;
        }
        catch (ArgumentException) // nested deeper than Markdig goes
        {
            return [Plain(text)];
        }
    }

    private static string Plain(string text) => $"<pre class=\"plain\">{System.Net.WebUtility.HtmlEncode(text)}</pre>";

    private static string HtmlOf(Block block)
    {
        using var html = new StringWriter();
        var renderer = new HtmlRenderer(html);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<LinkInlineRenderer>(new SafeLinkRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<AutolinkInlineRenderer>(new SafeAutolinkRenderer());
        renderer.Render(block);
        return html.ToString();
    }

    private static bool IsSafe(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "mailto";

    private static void Open(HtmlRenderer renderer, string url) =>
        renderer.Write("<a href=\"").WriteEscapeUrl(url).Write("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");

    // An image would be fetched from wherever the text says; its description is shown, and where it lies.
    private sealed class SafeLinkRenderer : HtmlObjectRenderer<LinkInline>
    {
        protected override void Write(HtmlRenderer renderer, LinkInline link)
        {
            var url = link.GetDynamicUrl?.Invoke() ?? link.Url;
            var linked = IsSafe(url) && link.Parent?.FirstParentOfType<LinkInline>() is null;
            if (linked)
                Open(renderer, url!);
            if (link.IsImage)
                renderer.Write(link.FirstChild is null ? "image" : "image: ");
            renderer.WriteChildren(link);
            if (linked)
                renderer.Write("</a>");
        }
    }

    private sealed class SafeAutolinkRenderer : HtmlObjectRenderer<AutolinkInline>
    {
        protected override void Write(HtmlRenderer renderer, AutolinkInline link)
        {
            var url = link.IsEmail ? "mailto:" + link.Url : link.Url;
            if (!IsSafe(url))
            {
                renderer.WriteEscape(link.Url);
                return;
            }
            Open(renderer, url);
            renderer.WriteEscape(link.Url).Write("</a>");
        }
    }

    private sealed class CodeRenderer : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            var language = (block as FencedCodeBlock)?.Info ?? "";
            renderer.EnsureLine();
            renderer.Write("<div class=\"code\"><div class=\"code-head\"><span>").WriteEscape(language.Length > 30 ? language[..30] : language)
                .Write("</span><button type=\"button\" data-copy-code>Copy</button></div><pre><code>");
            renderer.WriteLeafRawLines(block, true, true);
            renderer.Write("</code></pre></div>");
        }
    }
}
