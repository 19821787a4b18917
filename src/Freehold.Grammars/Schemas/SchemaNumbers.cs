using System.Text.Json;
using Freehold.Grammars.Numbers;

namespace Freehold.Grammars.Schemas;

/// <summary>Reads what a schema asserts of numbers.</summary>
internal static class SchemaNumbers
{
    /// <summary>All parts together.</summary>
    public static NumberRange Range(Conjunction schema, bool isInteger, SchemaRefusals refusals)
    {
        var range = new NumberRange { IsInteger = isInteger };
        foreach (var part in schema.Parts)
        {
            range = Range(range, part);
            if (part.TryGet("format", out var format) && format.ValueKind == JsonValueKind.String)
                range = format.GetString() switch
                {
                    "int32" => Between(range, int.MinValue, int.MaxValue),
                    "int64" => Between(range, long.MinValue, long.MaxValue),
                    _ => range,
                };
        }
        return range;
    }

    /// <summary>One part more.</summary>
    public static NumberRange Range(NumberRange range, SchemaPart part)
    {
        if (Number(part, "minimum") is { } minimum)
            range = range.AtLeast(minimum, isExclusive: false);
        if (Number(part, "exclusiveMinimum") is { } above)
            range = range.AtLeast(above, isExclusive: true);
        if (Number(part, "maximum") is { } maximum)
            range = range.AtMost(maximum, isExclusive: false);
        if (Number(part, "exclusiveMaximum") is { } below)
            range = range.AtMost(below, isExclusive: true);
        if (Number(part, "multipleOf") is { } factor)
            range = factor.Digits.Sign > 0 ? range.Multiples(factor) : throw GrammarRefusedException.Invalid(part.At("multipleOf"), "must be above 0");
        return range;
    }

    private static NumberRange Between(NumberRange range, long low, long high) =>
        (range with { IsInteger = true }).AtLeast(new ExactDecimal(low), isExclusive: false).AtMost(new ExactDecimal(high), isExclusive: false);

    private static ExactDecimal? Number(SchemaPart part, string keyword)
    {
        if (!part.TryGet(keyword, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Number)
            throw GrammarRefusedException.Invalid(part.At(keyword), "must be a number");
        try
        {
            return ExactDecimal.Parse(value.GetRawText());
        }
        catch (NotSupportedException error)
        {
            throw GrammarRefusedException.Limit(part.At(keyword), error.Message);
        }
    }
}
