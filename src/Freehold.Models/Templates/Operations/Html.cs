using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>markupsafe's <c>escape</c>.</summary>
internal static class Html
{
    /// <summary>The text with the five characters of HTML escaped, as Markup; Markup stays as it is.</summary>
    public static Text Escape(Value value, Evaluation run)
    {
        if (value is Text { IsMarkup: true } done) return done;
        var text = value.ToText(run);
        if (text.Value.AsSpan().IndexOfAny("&<>'\"") < 0) return text.As(markup: true);
        return PythonText.Map(text, (rune, _) => rune.Value switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\'' => "&#39;",
            '"' => "&#34;",
            _ => rune.ToString(),
        }, run).As(markup: true);
    }
}
