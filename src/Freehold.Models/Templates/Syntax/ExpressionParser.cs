using Freehold.Models.Templates.Nodes;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Syntax;

/// <summary>The expressions of jinja2 (3.1, parser.py), by recursive descent with a bounded depth: values and what stands behind them.</summary>
internal partial class ExpressionParser(List<Token> tokens) : TokenReader(tokens)
{
    /// <summary>Every name that the template reads.</summary>
    protected HashSet<string> Names { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Every attribute that the template reads, also as <c>['name']</c> and <c>.get('name')</c>.</summary>
    protected HashSet<string> Attributes { get; } = new(StringComparer.Ordinal);

    protected Expression ParseExpression(bool conditional = true)
    {
        Enter();
        var line = Current.Line;
        var value = ParseOr();
        while (conditional && SkipName("if"))
        {
            var test = ParseOr();
            value = new Conditional(line, test, value, SkipName("else") ? ParseExpression() : null);
            line = Current.Line;
        }
        Leave();
        return value;
    }

    /// <summary>One expression, or a tuple of several with commas between.</summary>
    protected Expression ParseTuple(bool conditional = true, bool parentheses = false)
    {
        var line = Current.Line;
        var items = new List<Expression>();
        var tuple = false;
        while (!AtTupleEnd())
        {
            items.Add(ParseExpression(conditional));
            if (!Skip(",")) break;
            tuple = true;
        }
        if (!tuple && items.Count == 1) return items[0];
        if (!tuple && !parentheses) throw Fault($"Expected an expression, got {Current.Described}");
        return new Sequence(line, [.. items], tuple: true);
    }

    protected ArgumentList ParseArguments()
    {
        Expect("(");
        var positional = new List<Expression>();
        var named = new List<KeyValuePair<string, Expression>>();
        Expression? more = null, moreNamed = null;
        while (!Current.Is(")"))
        {
            if (Skip("*"))
                more = more is null && moreNamed is null ? ParseExpression() : throw Misplaced();
            else if (Skip("**"))
                moreNamed = moreNamed is null ? ParseExpression() : throw Misplaced();
            else if (Current.Kind == TokenKind.Name && Ahead.Is("="))
            {
                if (moreNamed is not null) throw Misplaced();
                var name = Take().Text;
                Take();
                named.Add(new(name, ParseExpression()));
            }
            else if (more is null && moreNamed is null && named.Count == 0)
                positional.Add(ParseExpression());
            else
                throw Misplaced();
            if (!Current.Is(")")) Expect(",");
        }
        Take();
        return new ArgumentList([.. positional], [.. named], more, moreNamed);

        TemplateFault Misplaced() => Fault("invalid syntax for function call expression");
    }

    /// <summary>Filters behind a value, or of a block where <paramref name="first"/> is set and there is none.</summary>
    protected Filtered ParseFilter(Expression? value, bool first)
    {
        Filtered? filtered = null;
        while (first || Current.Is("|"))
        {
            if (!first) Take();
            first = false;
            var line = Current.Line;
            var name = DottedName();
            var arguments = Current.Is("(") ? ParseArguments() : ArgumentList.None;
            value = filtered = new Filtered(line, value, name, arguments);
        }
        return filtered!;
    }

    private bool AtTupleEnd() => Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || Current.Is(")") || Current.IsName("recursive");

    private Expression ParseUnary(bool filters)
    {
        Enter();
        var line = Current.Line;
        Expression value;
        if (Current.Is("-") || Current.Is("+"))
        {
            var minus = Take().Text == "-";
            value = new Signed(line, minus, ParseUnary(filters: false));
        }
        else
            value = ParsePrimary();
        value = ParsePostfix(value);
        if (filters) value = ParseFilters(value);
        Leave();
        return value;
    }

    private Expression ParsePrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                switch (token.Text)
                {
                    case "true" or "True": return new Constant(token.Line, BoolValue.True);
                    case "false" or "False": return new Constant(token.Line, BoolValue.False);
                    case "none" or "None": return new Constant(token.Line, NoneValue.FromTemplate);
                    default:
                        Names.Add(token.Text);
                        return new Variable(token.Line, token.Text);
                }
            case TokenKind.String:
                var text = token.Text;
                if (Current.Kind == TokenKind.String)
                {
                    var parts = new System.Text.StringBuilder(text);
                    while (Current.Kind == TokenKind.String) parts.Append(Take().Text);
                    text = parts.ToString();
                }
                return new Constant(token.Line, new Text(text, true));
            case TokenKind.Integer:
                return new Constant(token.Line, new IntValue(NumberLiteral.Integer(token.Text, token.Line)));
            case TokenKind.Float:
                return new Constant(token.Line, new FloatValue(NumberLiteral.Float(token.Text)));
        }
        if (token.Is("("))
        {
            var inner = ParseTuple(parentheses: true);
            Expect(")");
            return inner;
        }
        if (token.Is("[")) return new Sequence(token.Line, [.. ParseItems("]", ParseExpressionItem)], tuple: false);
        if (!token.Is("{")) throw new TemplateFault($"unexpected {token.Described}", token.Line);
        var values = new List<Expression>();
        var keys = ParseItems("}", () =>
        {
            var key = ParseExpression();
            Expect(":");
            values.Add(ParseExpression());
            return key;
        });
        return new Mapping(token.Line, [.. keys], [.. values]);
    }

    private Expression ParseExpressionItem() => ParseExpression();

    private List<Expression> ParseItems(string end, Func<Expression> parse)
    {
        var items = new List<Expression>();
        while (!Current.Is(end))
        {
            if (items.Count > 0) Expect(",");
            if (Current.Is(end)) break;
            items.Add(parse());
        }
        Take();
        return items;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (Current.Is(".") || Current.Is("[")) value = ParseSubscript(value);
            else if (Current.Is("(")) value = ParseCall(value);
            else return value;
        }
    }

    private Invocation ParseCall(Expression callee)
    {
        var line = Current.Line;
        // x.get('name') reads the attribute 'name'.
        if (callee is AttributeOf { Name: "get" } && Ahead.Kind == TokenKind.String) Attributes.Add(Ahead.Text);
        return new Invocation(line, callee, ParseArguments());
    }

    private Expression ParseFilters(Expression value)
    {
        while (true)
        {
            if (Current.Is("|")) value = ParseFilter(value, first: false);
            else if (Current.IsName("is")) value = ParseTest(value);
            else if (Current.Is("(")) value = ParseCall(value);
            else return value;
        }
    }

    private Expression ParseSubscript(Expression value)
    {
        var opening = Take();
        if (opening.Is("."))
        {
            var token = Take();
            if (token.Kind == TokenKind.Name)
            {
                Attributes.Add(token.Text);
                return new AttributeOf(opening.Line, value, token.Text);
            }
            if (token.Kind != TokenKind.Integer) throw new TemplateFault("expected name or number", token.Line);
            return new ItemOf(opening.Line, value, new Constant(token.Line, new IntValue(NumberLiteral.Integer(token.Text, token.Line))));
        }
        var keys = new List<Expression>();
        while (!Current.Is("]"))
        {
            if (keys.Count > 0) Expect(",");
            keys.Add(ParseSubscribed());
        }
        Take();
        if (keys is [Constant { Value: Text name }]) Attributes.Add(name.Value);
        return new ItemOf(opening.Line, value, keys.Count == 1 ? keys[0] : new Sequence(opening.Line, [.. keys], tuple: true));
    }

    private Expression ParseSubscribed()
    {
        var line = Current.Line;
        Expression? start = null;
        if (!Current.Is(":"))
        {
            start = ParseExpression();
            if (!Current.Is(":")) return start;
        }
        Take();
        var stop = SlicePart();
        var step = Skip(":") ? SlicePart() : null;
        return new SliceOf(line, start, stop, step);
    }

    private Expression? SlicePart() => Current.Is(":") || Current.Is("]") || Current.Is(",") ? null : ParseExpression();

    private Expression ParseTest(Expression value)
    {
        var line = Take().Line;
        var negated = SkipName("not");
        var name = DottedName();
        var arguments = ArgumentList.None;
        if (Current.Is("("))
            arguments = ParseArguments();
        else if ((Current.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float || Current.Is("[") || Current.Is("{"))
            && !Current.IsName("else") && !Current.IsName("or") && !Current.IsName("and"))
        {
            if (Current.IsName("is")) throw Fault("You cannot chain multiple tests with is");
            Enter();
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
            Leave();
        }
        var test = new Tested(line, value, name, arguments);
        return negated ? new Negation(line, test) : test;
    }

    private string DottedName()
    {
        var name = Expect(TokenKind.Name, "a name").Text;
        while (Skip(".")) name += "." + Expect(TokenKind.Name, "a name").Text;
        return name;
    }
}
