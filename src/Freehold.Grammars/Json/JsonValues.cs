using System.Text;
using System.Text.Json;
using Freehold.Grammars.Automata;
using Freehold.Grammars.Numbers;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Json;

/// <summary>Weaves given values: members in their own order, white space as everywhere.</summary>
internal static class JsonValues
{
    /// <summary>Any of these values, between two nodes.</summary>
    public static void Weave(Weaver weaver, JsonRules json, Node start, Node end, IEnumerable<JsonElement> values)
    {
        var words = new List<byte[]>();
        foreach (var value in values)
        {
            if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                Weaver.Skip(Weave(weaver, json, start, value), end);
            else
                words.AddRange(Texts(value));
        }
        Words(weaver, start, end, words);
    }

    /// <summary>Any of these texts. Texts that begin alike share their beginning, so that many cost no more than one.</summary>
    public static void Words(Weaver weaver, Node start, Node end, List<byte[]> words)
    {
        var begun = new Dictionary<(Node, byte), Node>();
        foreach (var word in words)
        {
            var at = start;
            foreach (var value in word)
                at = begun.TryGetValue((at, value), out var next) ? next : begun[(at, value)] = weaver.Range(at, value, value);
            if (!at.Epsilons.Contains(end))
                Weaver.Skip(at, end);
        }
    }

    private static Node Weave(Weaver weaver, JsonRules json, Node from, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            var end = weaver.Node();
            Words(weaver, from, end, [.. Texts(value)]);
            return end;
        }
        var isObject = value.ValueKind == JsonValueKind.Object;
        var (open, close) = isObject ? ((byte)'{', (byte)'}') : ((byte)'[', (byte)']');
        var at = weaver.Call(weaver.Range(from, open, open), json.Space);
        var isFirst = true;
        foreach (var (name, member) in Members(value))
        {
            if (!isFirst)
                at = weaver.Call(weaver.Range(at, (byte)',', (byte)','), json.Space);
            if (name is not null)
                at = JsonRules.Colon(weaver, weaver.Literal(at, JsonText.Quote(name)));
            at = Weave(weaver, json, at, member);
            isFirst = false;
        }
        return weaver.Range(isFirst ? at : weaver.Call(at, json.Space), close, close);
    }

    private static IEnumerable<(string? Name, JsonElement Value)> Members(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().Select(member => ((string?)member.Name, member.Value))
        : value.EnumerateArray().Select(item => ((string?)null, item));

    // A number as it was written, and in its plainest form.
    private static IEnumerable<byte[]> Texts(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return [JsonText.Quote(value.GetString()!)];
        var raw = value.GetRawText();
        return value.ValueKind == JsonValueKind.Number
            ? new[] { raw, ExactDecimal.Parse(raw).ToString() }.Distinct().Select(Encoding.ASCII.GetBytes)
            : [Encoding.ASCII.GetBytes(raw)];
    }
}
