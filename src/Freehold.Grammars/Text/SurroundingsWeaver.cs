using System.Text;
using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Text;

/// <summary>Weaves a rule with what stands around it.</summary>
internal static class SurroundingsWeaver
{
    private const int MaxMark = 200;

    /// <summary>A rule of the whole.</summary>
    public static Rule Weave(Weaver weaver, Rule inner, Surroundings around)
    {
        if (around is { IsOptional: true, After: null } or { After: "" } || around.After?.Length > MaxMark || around.Closing?.Length > MaxMark)
            throw GrammarRefusedException.Invalid("", $"the text before a constrained part must have 1 to {MaxMark} characters, the text behind it at most {MaxMark}; an optional part needs one before it");
        var (rule, end) = (weaver.Rule("surroundings"), weaver.End());
        var at = rule.Start;
        if (around.After is { } after)
            at = Gap(weaver, FreeText.Until(weaver, at, [after], around.IsOptional ? end : null)[0]);
        at = weaver.Call(at, inner);
        if (around.Closing is { Length: > 0 } closing)
            at = weaver.Literal(Gap(weaver, at), Encoding.UTF8.GetBytes(closing));
        Weaver.Skip(at, end);
        if (around.IsRepeated)
            Weaver.Skip(around.After is null ? Gap(weaver, at) : at, rule.Start);
        return rule;
    }

    /// <summary>Up to two newlines or spaces.</summary>
    public static Node Gap(Weaver weaver, Node from)
    {
        var after = weaver.Node();
        Weaver.Skip(from, after);
        for (var i = 0; i < 2; i++)
        {
            var next = weaver.Range(from, (byte)'\n', (byte)'\n');
            weaver.Range(from, (byte)' ', (byte)' ', next);
            Weaver.Skip(next, after);
            from = next;
        }
        return after;
    }
}
