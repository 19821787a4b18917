using Freehold.Grammars.Automata;
using Freehold.Grammars.Numbers;

namespace Freehold.Grammars.Json;

/// <summary>
/// The rules of JSON (RFC 8259) that all schemas share. White space may stand behind an opening bracket and a comma and before a closing bracket: nothing, one space, or a
/// newline and up to 32 spaces; and behind a colon: nothing or one space. Nowhere else.
/// </summary>
internal sealed class JsonRules
{
    /// <summary>Spaces behind a newline.</summary>
    public const int MaxIndent = 32;

    /// <summary>Weaves them.</summary>
    public JsonRules(Weaver weaver)
    {
        Character = JsonCharacters.Weave(weaver);
        Space = weaver.Rule("white space", start => Whitespace(weaver, start));
        String = weaver.Rule("string", start => Characters(weaver, start, 0, Loop.Endless));
        Number = weaver.Rule("number", start => NumberWeaver.Free(weaver, start, isInteger: false));
        Integer = weaver.Rule("integer", start => NumberWeaver.Free(weaver, start, isInteger: true));
        Value = weaver.Rule("value");
        Array = weaver.Rule("array", start => AnyArray(weaver, start));
        Object = weaver.Rule("object", start => AnyObject(weaver, start));
        var end = weaver.End();
        foreach (var rule in new[] { Object, Array, String, Number })
            weaver.Call(Value.Start, rule, end);
        foreach (var literal in new[] { "true", "false", "null" })
            Weaver.Skip(weaver.Literal(Value.Start, System.Text.Encoding.ASCII.GetBytes(literal)), end);
    }

    /// <summary>One character inside a string, escapes included.</summary>
    public Rule Character { get; }

    /// <summary>White space as this grammar allows it; may be empty.</summary>
    public Rule Space { get; }

    /// <summary>Any string.</summary>
    public Rule String { get; }

    /// <summary>Any number.</summary>
    public Rule Number { get; }

    /// <summary>Any integer.</summary>
    public Rule Integer { get; }

    /// <summary>Any value.</summary>
    public Rule Value { get; }

    /// <summary>Any array.</summary>
    public Rule Array { get; }

    /// <summary>Any object.</summary>
    public Rule Object { get; }

    /// <summary>A string of min to max characters, its quotes included.</summary>
    public Node Characters(Weaver weaver, Node from, int min, int max)
    {
        var open = weaver.Range(from, (byte)'"', (byte)'"');
        return weaver.Range(weaver.Repeat(open, Character, min, max, isCharacters: true), (byte)'"', (byte)'"');
    }

    /// <summary>A colon and what may follow it.</summary>
    public static Node Colon(Weaver weaver, Node from)
    {
        var colon = weaver.Range(from, (byte)':', (byte)':');
        var after = weaver.Range(colon, (byte)' ', (byte)' ');
        Weaver.Skip(colon, after);
        return after;
    }

    private static Node Whitespace(Weaver weaver, Node start)
    {
        var end = weaver.Node();
        Weaver.Skip(start, end);
        weaver.Range(start, (byte)' ', (byte)' ', end);
        var indent = weaver.Range(start, (byte)'\n', (byte)'\n');
        for (var i = 0; i < MaxIndent; i++)
        {
            Weaver.Skip(indent, end);
            indent = weaver.Range(indent, (byte)' ', (byte)' ');
        }
        Weaver.Skip(indent, end);
        return end;
    }

    private Node AnyArray(Weaver weaver, Node start)
    {
        var open = weaver.Call(weaver.Range(start, (byte)'[', (byte)'['), Space);
        var further = weaver.Rule("further item", from => weaver.Call(weaver.Call(weaver.Range(from, (byte)',', (byte)','), Space), Value));
        var close = weaver.Call(weaver.Repeat(weaver.Call(open, Value), further, 0, Loop.Endless), Space);
        var end = weaver.Range(close, (byte)']', (byte)']');
        return weaver.Range(open, (byte)']', (byte)']', end);
    }

    private Node AnyObject(Weaver weaver, Node start)
    {
        var pair = weaver.Rule("member", from => weaver.Call(Colon(weaver, weaver.Call(from, String)), Value));
        var open = weaver.Call(weaver.Range(start, (byte)'{', (byte)'{'), Space);
        var further = weaver.Rule("further member", from => weaver.Call(weaver.Call(weaver.Range(from, (byte)',', (byte)','), Space), pair));
        var close = weaver.Call(weaver.Repeat(weaver.Call(open, pair), further, 0, Loop.Endless), Space);
        var end = weaver.Range(close, (byte)'}', (byte)'}');
        return weaver.Range(open, (byte)'}', (byte)'}', end);
    }
}
