using System.Text.Json.Nodes;

namespace Freehold.Grammars.Tests.Peers;

/// <summary>Makes schemas at random, of everything that is enforced. A seed always makes the same one; not all can be satisfied.</summary>
internal sealed class SchemaMaker(int seed)
{
    private static readonly string[] _names = ["id", "name", "na", "naïve", "a b", "x-1", "tags", "value", "\"q\"", "δ", "next", "é\n", ""];
    private static readonly string[] _formats =
        ["date", "time", "date-time", "duration", "uuid", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "json-pointer", "relative-json-pointer", "byte"];
    private static readonly string[] _patterns = ["^[a-z]{2,5}$", "^x-", "b+c?", "\\d{3}", "^(?:foo|bar)(?:-\\w+)*$", "^[^aeiou\\s]*$", "^\\p{Lu}.{0,3}$", "^\\S+ \\S+$", "a$", "^$|^..$", "^[\\u0020-\\u007e]{1,9}$"];
    private readonly Random _random = new(seed);
    private bool _isRecursive;

    /// <summary>The schema.</summary>
    public JsonNode Make()
    {
        var root = Any(0);
        if (root is JsonObject schema && (_isRecursive || _random.Next(6) == 0))
            schema["$defs"] = new JsonObject { ["node"] = Node(), ["small"] = Scalar() };
        return root;
    }

    private JsonNode Any(int depth)
    {
        if (depth > 3)
            return Scalar();
        switch (_random.Next(14))
        {
            case 0 or 1 or 2 or 3: return Object(depth);
            case 4 or 5: return Array(depth);
            case 6: return new JsonObject { ["anyOf"] = List(_random.Next(1, 4), () => Any(depth + 1)) };
            case 7: return new JsonObject { ["oneOf"] = List(_random.Next(2, 4), index => Tagged(index, depth + 1)) };
            case 8: return new JsonObject { ["allOf"] = new JsonArray(Object(depth + 1), Object(depth + 1)), ["title"] = "both" };
            case 9 when depth > 0:
                _isRecursive = true;
                return new JsonObject { ["$ref"] = _random.Next(2) == 0 ? "#/$defs/node" : "#/$defs/small", ["description"] = "elsewhere" };
            case 10: return Enum();
            default: return Scalar();
        }
    }

    private JsonObject Node() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["v"] = Scalar(), ["next"] = new JsonObject { ["$ref"] = "#/$defs/node" } },
        ["required"] = new JsonArray("v"),
        ["additionalProperties"] = false,
    };

    private JsonObject Tagged(int index, int depth)
    {
        var schema = Object(depth);
        schema["properties"]!.AsObject()["kind"] = new JsonObject { ["const"] = $"k{index}" };
        schema["required"] = new JsonArray("kind");
        schema.Remove("maxProperties");
        schema.Remove("propertyNames");
        return schema;
    }

    private JsonObject Object(int depth)
    {
        var names = _random.GetItems(_names, _random.Next(0, 6)).Distinct().ToArray();
        var properties = new JsonObject();
        foreach (var name in names)
            properties[name] = Any(depth + 1);
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (_random.Next(2) == 0)
            schema["required"] = new JsonArray([.. names.Where(_ => _random.Next(2) == 0).Select(name => (JsonNode)name)]);
        switch (_random.Next(6))
        {
            case 0: schema["additionalProperties"] = Scalar(); break;
            case 1: schema["patternProperties"] = new JsonObject { [_random.GetItems(_patterns, 1)[0]] = Scalar(), ["^x-"] = Scalar() }; break;
            case 2: schema["propertyNames"] = new JsonObject { ["maxLength"] = _random.Next(2, 6) }; break;
            case 3: break;
            default: schema["additionalProperties"] = false; break;
        }
        if (_random.Next(5) == 0)
            schema["minProperties"] = _random.Next(0, 3);
        if (_random.Next(5) == 0)
            schema["maxProperties"] = _random.Next(1, 5);
        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array" };
        if (_random.Next(3) == 0)
            schema["prefixItems"] = List(_random.Next(1, 4), () => Any(depth + 1));
        if (_random.Next(5) > 0)
            schema["items"] = _random.Next(8) == 0 ? false : Any(depth + 1);
        if (_random.Next(2) == 0)
            schema["minItems"] = _random.Next(0, 4);
        if (_random.Next(2) == 0)
            schema["maxItems"] = _random.Next(0, 6);
        return schema;
    }

    private JsonObject Enum() => _random.Next(2) == 0
        ? new JsonObject { ["const"] = Value(1) }
        : new JsonObject { ["enum"] = List(_random.Next(1, 6), () => Value(0)) };

    private JsonNode? Value(int depth) => _random.Next(depth > 2 ? 5 : 7) switch
    {
        0 => null,
        1 => _random.Next(2) == 0,
        2 => _random.Next(-1000, 1000),
        3 => Math.Round(_random.NextDouble() * 100, 3),
        4 => _random.GetItems(_names, 1)[0] + "/" + _random.Next(9),
        5 => List(_random.Next(0, 3), () => Value(depth + 1)!),
        _ => new JsonObject { ["k"] = Value(depth + 1), [_random.GetItems(_names, 1)[0]] = Value(depth + 1) },
    };

    private JsonObject Scalar() => _random.Next(9) switch
    {
        0 => new JsonObject { ["type"] = "boolean" },
        1 => new JsonObject { ["type"] = new JsonArray("null", "integer", "string") },
        2 => Number(new JsonObject { ["type"] = "integer" }, () => _random.Next(-50, 500)),
        3 => Number(new JsonObject { ["type"] = "number" }, () => Math.Round(_random.NextDouble() * 20 - 10, _random.Next(0, 4))),
        4 => new JsonObject { ["type"] = "string", ["format"] = _random.GetItems(_formats, 1)[0] },
        5 => Lengths(new JsonObject { ["type"] = "string", ["pattern"] = _random.GetItems(_patterns, 1)[0] }),
        6 or 7 => Lengths(new JsonObject { ["type"] = "string", ["title"] = "free" }),
        _ => new JsonObject { ["type"] = "number", ["multipleOf"] = _random.GetItems([0.5, 0.01, 3, 7.5, 10, 1000], 1)[0] },
    };

    private JsonObject Number(JsonObject schema, Func<JsonNode> bound)
    {
        if (_random.Next(2) == 0)
            schema[_random.Next(3) == 0 ? "exclusiveMinimum" : "minimum"] = bound();
        if (_random.Next(2) == 0)
            schema[_random.Next(3) == 0 ? "exclusiveMaximum" : "maximum"] = bound();
        if (_random.Next(5) == 0)
            schema["multipleOf"] = _random.GetItems([2, 5, 12], 1)[0];
        return schema;
    }

    private JsonObject Lengths(JsonObject schema)
    {
        if (_random.Next(3) == 0)
            schema["minLength"] = _random.Next(0, 5);
        if (_random.Next(3) == 0)
            schema["maxLength"] = _random.Next(1, 12);
        return schema;
    }

    private static JsonArray List(int count, Func<JsonNode?> item) => List(count, _ => item());

    private static JsonArray List(int count, Func<int, JsonNode?> item) => [.. Enumerable.Range(0, count).Select(item)];
}
