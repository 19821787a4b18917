using Freehold.Grammars.Automata;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Json;

/// <summary>One character of a JSON string: well-formed UTF-8, or an escape; \u escapes of surrogates only in pairs.</summary>
internal static class JsonCharacters
{
    /// <summary>Weaves the rule.</summary>
    public static Rule Weave(Weaver weaver)
    {
        var (rule, end) = (weaver.Rule("character"), weaver.End());
        new Utf8Weaver(weaver).Plain(rule.Start, JsonText.Unescaped, end);
        var escape = weaver.Range(rule.Start, (byte)'\\', (byte)'\\');
        foreach (var letter in "\"\\/bfnrt"u8)
            weaver.Range(escape, letter, letter, end);
        var unicode = weaver.Range(escape, (byte)'u', (byte)'u');

        // Each with one digit less to come.
        var (two, one) = (weaver.Node(), weaver.Node());
        var three = weaver.Node();
        Hex(three, '0', '9', two);
        Hex(three, 'A', 'F', two);
        Hex(two, '0', '9', one);
        Hex(two, 'A', 'F', one);
        Hex(one, '0', '9', end);
        Hex(one, 'A', 'F', end);
        Hex(unicode, '0', '9', three);
        Hex(unicode, 'A', 'C', three);
        Hex(unicode, 'E', 'F', three);

        var surrogate = weaver.Node();
        Hex(unicode, 'D', 'D', surrogate);
        Hex(surrogate, '0', '7', two);
        var (high, last) = (weaver.Node(), weaver.Node());
        Hex(surrogate, '8', '9', high);
        Hex(surrogate, 'A', 'B', high);
        Hex(high, '0', '9', last);
        Hex(high, 'A', 'F', last);
        var paired = weaver.Node();
        Hex(last, '0', '9', paired);
        Hex(last, 'A', 'F', paired);
        var low = weaver.Node();
        Hex(weaver.Literal(paired, "\\u"u8), 'D', 'D', low);
        Hex(low, 'C', 'F', two);
        return rule;
    }

    private static void Hex(Node from, char low, char high, Node to)
    {
        from.Edges.Add(new Edge((byte)low, (byte)high, to));
        if (low >= 'A')
            from.Edges.Add(new Edge((byte)(low | 0x20), (byte)(high | 0x20), to));
    }
}
