using System.Text;
using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Text;

/// <summary>Weaves an answer that calls tools.</summary>
internal static class CallWeaver
{
    private const int MaxMark = 200;

    /// <summary>A rule of the whole answer.</summary>
    /// <param name="weaver">Makes the nodes.</param>
    /// <param name="grammar">What stands around the arguments.</param>
    /// <param name="arguments">The rule of each call's arguments.</param>
    /// <param name="text">The rule of an answer that calls nothing; null: free text.</param>
    public static Rule Weave(Weaver weaver, CallGrammar grammar, IReadOnlyList<Rule> arguments, Rule? text)
    {
        if (grammar.Calls.Count == 0 || grammar.Marks.Any(mark => mark.Text.Length is 0 or > MaxMark) || grammar.After is { Length: 0 or > MaxMark })
            throw GrammarRefusedException.Invalid("", $"at least one tool must be callable; a mark must have 1 to {MaxMark} characters");
        var (rule, end, behind) = (weaver.Rule("calls"), weaver.End(), weaver.Node());
        var at = rule.Start;
        if (grammar.After is { } after)
            at = SurroundingsWeaver.Gap(weaver, FreeText.Until(weaver, at, [after], grammar.IsForced || text is not null ? null : end)[0]);
        if (text is null && grammar is { IsForced: false, Thinking: { } thinking })
        {
            // Both readings of what begins like thinking are followed; only inside it a mark means nothing.
            var answer = weaver.Node();
            Weaver.Skip(at, answer);
            Weaver.Skip(FreeText.Until(weaver, Literal(weaver, at, thinking.Opens), [thinking.Closes], null)[0], answer);
            at = answer;
        }
        if (text is null)
            First(weaver, grammar, arguments, at, behind, end);
        else
            FirstOrText(weaver, grammar, arguments, text, at, behind, end);
        for (var i = 0; i < arguments.Count; i++)
            if (grammar.Calls[i].Next is { } next)
                weaver.Call(Literal(weaver, behind, next), arguments[i], behind);
        Weaver.Skip(Literal(weaver, behind, grammar.Closing), end);
        return rule;
    }

    private static void First(Weaver weaver, CallGrammar grammar, IReadOnlyList<Rule> arguments, Node at, Node behind, Node end)
    {
        if (grammar is { IsForced: false, Marks.Count: 0 })
        {
            (string Text, int Call)[] ways = [.. grammar.Calls.SelectMany((call, index) => call.AlsoFirst.Prepend(call.First).Distinct().Select(text => (text, index)))];
            foreach (var (node, way) in FreeText.Unless(weaver, at, [.. ways.Select(way => way.Text)], end).Zip(ways))
                weaver.Call(node, arguments[way.Call], behind);
            return;
        }
        (Node From, int Covered)[] begins = grammar.IsForced ? [(at, 0)]
            : [.. FreeText.Until(weaver, at, [.. grammar.Marks.Select(mark => mark.Text)], end).Zip(grammar.Marks, (node, mark) => (SurroundingsWeaver.Gap(weaver, node), mark.Covered))];
        foreach (var (from, covered) in begins)
            for (var i = 0; i < arguments.Count; i++)
                weaver.Call(Literal(weaver, from, grammar.Calls[i].First[covered..]), arguments[i], behind);
    }

    // Both readings of what begins like a call and like the text are followed, until one of them ends.
    private static void FirstOrText(Weaver weaver, CallGrammar grammar, IReadOnlyList<Rule> arguments, Rule text, Node at, Node behind, Node end)
    {
        weaver.Call(at, text, end);
        for (var i = 0; i < arguments.Count; i++)
            foreach (var first in grammar.Calls[i].AlsoFirst.Prepend(grammar.Calls[i].First).Distinct())
                weaver.Call(Literal(weaver, at, first), arguments[i], behind);
    }

    private static Node Literal(Weaver weaver, Node from, string text) => text.Length == 0 ? from : weaver.Literal(from, Encoding.UTF8.GetBytes(text));
}
