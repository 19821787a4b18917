using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates;

/// <summary>Turns the JSON of a request into values; all of them are data.</summary>
internal static class InputReader
{
    public static Value Read(JsonNode? node, Evaluation run) => Read(node, 0, run);

    private static Value Read(JsonNode? node, int depth, Evaluation run)
    {
        run.Charge(1);
        if (depth > run.Limits.MaxDepth) throw new TemplateFault($"the input nests deeper than MaxDepth ({run.Limits.MaxDepth})");
        switch (node)
        {
            case null:
                return NoneValue.FromData;
            case JsonObject properties:
                var items = new OrderedDictionary<Value, Value>(properties.Count, KeyComparer.Instance);
                foreach (var (name, value) in properties) items[new Text(name, false)] = Read(value, depth + 1, run);
                return new DictValue(items, false, run);
            case JsonArray array:
                var elements = new Value[array.Count];
                for (var i = 0; i < elements.Length; i++) elements[i] = Read(array[i], depth + 1, run);
                return new ListValue(elements, false, false, run);
        }
        switch (node.GetValueKind())
        {
            case JsonValueKind.True: return BoolValue.DataTrue;
            case JsonValueKind.False: return BoolValue.DataFalse;
            case JsonValueKind.Null: return NoneValue.FromData;
            case JsonValueKind.Number: return Number(node.ToJsonString());
            default:
                var text = node.GetValue<string>();
                run.ChargeText(text.Length);
                return new Text(text, false);
        }
    }

    private static Value Number(string json)
    {
        if (json.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
            return new FloatValue(double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture), false);
        if (json.Length > 1000) throw new TemplateFault("a number of the input is longer than 1000 digits");
        return Numbers.Integer(BigInteger.Parse(json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), false);
    }
}
