using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>Python's <c>json.dumps</c> as transformers' <c>tojson</c> calls it: no ASCII escapes, keys in their order.</summary>
internal sealed class Json(string? indent, Text? itemSeparator, Text? keySeparator, bool ascii, bool sortKeys, TextBuilder output)
{
    /// <summary>The filter.</summary>
    public static Value ToJson(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = given[1] switch
        {
            null or NoneValue => null,
            Text text => text.Value,
            { } count => new string(' ', Math.Clamp(Numbers.Count(count, "indent"), 0, 256)),
        };
        Text? item = null, key = null;
        if (given[2] is { } separators and not NoneValue)
        {
            if (Access.ToArray(separators, run) is not [Text first, Text second]) throw new TemplateFault("tojson needs two separators");
            (item, key) = (first, second);
        }
        var output = new TextBuilder(run);
        new Json(indent, item, key, given[0]?.IsTrue ?? false, given[3]?.IsTrue ?? false, output).Write(value, 0);
        return output.ToText();
    }

    private void Write(Value value, int depth)
    {
        output.Run.Step();
        switch (value)
        {
            case Text text: Quote(text); break;
            case NoneValue: output.Append("null", value.Trusted); break;
            case BoolValue boolean: output.Append(boolean.Value ? "true" : "false", value.Trusted); break;
            case IntValue: value.Represent(output); break;
            case FloatValue real: output.Append(Number(real.Value), value.Trusted); break;
            case ListValue list: WriteList(list, depth); break;
            case DictValue dict: WriteDict(dict, depth); break;
            default: throw new TemplateFault($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private void WriteList(ListValue list, int depth)
    {
        output.Append('[', list.Trusted);
        for (var i = 0; i < list.Items.Length; i++)
        {
            Separate(i == 0, depth, list.Trusted);
            Write(list.Items[i], depth + 1);
        }
        if (list.Items.Length > 0) NewLine(depth, list.Trusted);
        output.Append(']', list.Trusted);
    }

    private void WriteDict(DictValue dict, int depth)
    {
        output.Append('{', dict.Trusted);
        var first = true;
        IEnumerable<KeyValuePair<Value, Value>> pairs = dict.Items;
        if (sortKeys)
        {
            var sorted = dict.Items.ToArray();
            StableSort.Sort(sorted, (a, b) => Comparing.Order(a.Key, b.Key, "<", output.Run));
            pairs = sorted;
        }
        foreach (var (key, value) in pairs)
        {
            Separate(first, depth, dict.Trusted);
            first = false;
            WriteKey(key);
            if (keySeparator is null) output.Append(": ", dict.Trusted);
            else output.Append(keySeparator);
            Write(value, depth + 1);
        }
        if (!first) NewLine(depth, dict.Trusted);
        output.Append('}', dict.Trusted);
    }

    private void WriteKey(Value key)
    {
        if (key is Text text)
        {
            Quote(text);
            return;
        }
        if (key is not (NoneValue or BoolValue or IntValue or FloatValue))
            throw new TemplateFault($"keys must be str, int, float, bool or None, not {key.TypeName}");
        output.Append('"', key.Trusted);
        Write(key, 0);
        output.Append('"', key.Trusted);
    }

    private void Separate(bool first, int depth, bool trusted)
    {
        if (!first)
        {
            if (itemSeparator is not null) output.Append(itemSeparator);
            else output.Append(indent is null ? ", " : ",", trusted);
        }
        NewLine(depth + 1, trusted);
    }

    private void NewLine(int depth, bool trusted)
    {
        if (indent is null) return;
        output.Append('\n', trusted);
        for (var i = 0; i < depth; i++) output.Append(indent, trusted);
    }

    private void Quote(Text text)
    {
        output.Append('"', text.Trusted);
        var value = text.Value;
        var plain = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var escape = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                '\b' => "\\b",
                < ' ' => $"\\u{(int)c:x4}",
                > (char)0x7e when ascii => $"\\u{(int)c:x4}",
                _ => null,
            };
            if (escape is null) continue;
            output.Append(text, plain, i);
            output.Append(escape, text.TrustedAt(i));
            plain = i + 1;
        }
        output.Append(text, plain, value.Length);
        output.Append('"', text.Trusted);
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : PythonFloat.Repr(value);
}
