using Freehold.Engine.Constraints;
using Freehold.Grammars;
using Freehold.Models.Templates.ToolUse;

namespace Freehold.Engine.Tools;

/// <summary>What answers with tools must look like, in a model's own form of calls.</summary>
internal static class CallConstraint
{
    /// <summary>The constraint.</summary>
    /// <param name="format">How calls are written.</param>
    /// <param name="reasoning">How thinking is marked; null where it is not.</param>
    /// <param name="startsInside">Whether the prompt began the thinking.</param>
    /// <param name="tools">What is offered.</param>
    /// <param name="text">What an answer that calls nothing must look like; null: anything.</param>
    public static Constraint Of(ToolCallFormat format, ReasoningFormat? reasoning, bool startsInside, OfferedTools tools, Constraint? text = null)
    {
        // What the template writes before the first tag or brace (white space) is left to the model.
        var opens = (format.Opens.Length > 0 ? format.Opens : format.CallOpens).Trim();
        if (tools.IsForced)
            text = null;
        var isCut = !tools.IsForced && !format.BeginsAnswer && text is null;
        var after = startsInside ? reasoning?.Closes : null;
        return Constraint.ToolCalls(new CallGrammar
        {
            After = after,
            Text = text?.Form,
            Thinking = !startsInside && reasoning is not null ? (reasoning.Opens, reasoning.Closes) : null,
            IsForced = tools.IsForced,
            Marks = isCut ? [.. Marks(format, opens)] : [],
            Calls = [.. tools.Callable.Select(tool => FormOf(tool, format, isCut ? opens.Length : 0, tools.Several && format.Several))],
            Closing = format.After(isLast: true),
        }, text is not null && after is not null ? text with { Around = new Surroundings { After = after } } : text);
    }

    private static CallForm FormOf(OfferedTool tool, ToolCallFormat format, int covered, bool several)
    {
        var first = format.Before(tool.Name).TrimStart()[covered..];
        return new CallForm(tool.Name, covered > 0 ? first.TrimStart() : first, several ? format.After(isLast: false) + format.Before(tool.Name, 1) : null, tool.Schema, tool.IsStrict) { AlsoFirst = format.BeginsAnswer ? [.. Others(first, format)] : [] };
    }

    // Where nothing but the object tells a call: its spaces as json.dumps and as compact writers have them, a mark before it or not.
    private static IEnumerable<string> Others(string first, ToolCallFormat format)
    {
        var compact = first.Replace("\": ", "\":", StringComparison.Ordinal).Replace("\", \"", "\",\"", StringComparison.Ordinal);
        yield return compact;
        foreach (var mark in format.AlsoOpens)
        {
            yield return mark + first;
            yield return mark + compact;
        }
    }

    // A word marks calls only where their list follows; else it is a word of the text.
    private static IEnumerable<CallMark> Marks(ToolCallFormat format, string opens)
    {
        foreach (var text in format.AlsoOpens.Select(text => text.Trim()).Prepend(opens))
            yield return !char.IsAsciiLetter(text[0]) || !format.List ? new CallMark(text)
                : new CallMark((text == opens ? format.Opens.TrimStart() : text) + "[", 1);
    }
}
