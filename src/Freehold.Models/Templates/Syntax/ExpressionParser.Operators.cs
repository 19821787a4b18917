using Freehold.Models.Templates.Nodes;

namespace Freehold.Models.Templates.Syntax;

/// <summary>The operators of jinja2's expressions, from the loosest to the tightest.</summary>
internal partial class ExpressionParser
{
    private Expression ParseOr()
    {
        var line = Current.Line;
        var left = ParseAnd();
        while (SkipName("or")) left = new Junction(line, false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var line = Current.Line;
        var left = ParseNot();
        while (SkipName("and")) left = new Junction(line, true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        var negations = 0;
        var line = Current.Line;
        while (SkipName("not")) negations++;
        var value = ParseCompare();
        // Two negations are one truth value, so any number of them needs no more than two.
        for (var i = negations > 2 ? negations % 2 + 2 : negations; i > 0; i--) value = new Negation(line, value);
        return value;
    }

    private Expression ParseCompare()
    {
        var line = Current.Line;
        var first = ParseSum();
        if (Comparator() is not { } symbol) return first;
        var symbols = new List<string>();
        var others = new List<Expression>();
        for (var next = symbol; next is not null; next = Comparator())
        {
            symbols.Add(next);
            others.Add(ParseSum());
        }
        return new Comparison(line, first, [.. symbols], [.. others]);
    }

    private string? Comparator()
    {
        if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=") return Take().Text;
        if (SkipName("in")) return "in";
        if (!Current.IsName("not") || !Ahead.IsName("in")) return null;
        Take();
        Take();
        return "not in";
    }

    private Expression ParseSum()
    {
        var line = Current.Line;
        var left = ParseConcatenation();
        while (Current.Is("+") || Current.Is("-"))
        {
            var symbol = Take().Text;
            left = new Binary(line, symbol, left, ParseConcatenation());
            line = Current.Line;
        }
        return left;
    }

    private Expression ParseConcatenation()
    {
        var line = Current.Line;
        var first = ParseProduct();
        if (!Current.Is("~")) return first;
        var parts = new List<Expression> { first };
        while (Skip("~")) parts.Add(ParseProduct());
        return new Concatenation(line, [.. parts]);
    }

    private Expression ParseProduct()
    {
        var line = Current.Line;
        var left = ParsePower();
        while (Current.Kind == TokenKind.Operator && Current.Text is "*" or "/" or "//" or "%")
        {
            var symbol = Take().Text;
            left = new Binary(line, symbol, left, ParsePower());
            line = Current.Line;
        }
        return left;
    }

    private Expression ParsePower()
    {
        var line = Current.Line;
        var left = ParseUnary(filters: true);
        while (Skip("**")) left = new Binary(line, "**", left, ParseUnary(filters: true));
        return left;
    }
}
