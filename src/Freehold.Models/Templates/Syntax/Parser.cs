using Freehold.Models.Templates.Nodes;

namespace Freehold.Models.Templates.Syntax;

/// <summary>The statements of jinja2 with the loop controls and the <c>generation</c> tag of transformers.</summary>
internal sealed class Parser : ExpressionParser
{
    private int _loops;

    private Parser(List<Token> tokens)
        : base(tokens)
    {
    }

    /// <summary>Parses a whole template.</summary>
    public static (Statement[] Body, IReadOnlySet<string> Names, IReadOnlySet<string> Attributes) Parse(string source)
    {
        var parser = new Parser(Lexer.Read(source));
        var body = parser.ParseBody();
        if (parser.Current.Kind != TokenKind.End) throw parser.Fault($"Encountered unknown tag {parser.Current.Described}");
        return (body, parser.Names, parser.Attributes);
    }

    /// <summary>Statements up to the end, or up to the name of a tag that ends or divides the block around.</summary>
    private Statement[] ParseBody(params ReadOnlySpan<string> ends)
    {
        Enter();
        var body = new List<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            var token = Take();
            if (token.Kind == TokenKind.Data)
                body.Add(new Literal(token.Line, token.Text));
            else if (token.Kind == TokenKind.VariableBegin)
            {
                body.Add(new Print(token.Line, ParseTuple()));
                Expect(TokenKind.VariableEnd, "end of print statement");
            }
            else
            {
                if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text)) break;
                body.Add(ParseStatement());
                Expect(TokenKind.BlockEnd, "end of statement block");
            }
        }
        Leave();
        if (ends.Length > 0 && Current.Kind == TokenKind.End)
            throw Fault($"Unexpected end of template. Jinja was looking for the following tags: '{string.Join("' or '", ends)}'.");
        return [.. body];
    }

    /// <summary>The body of a tag, from the end of the tag to the tag that ends it, which is left to be taken.</summary>
    private Statement[] ParseBlock(params ReadOnlySpan<string> ends)
    {
        Skip(":");
        Expect(TokenKind.BlockEnd, "end of statement block");
        return ParseBody(ends);
    }

    /// <summary>The body of a tag up to and with its end.</summary>
    private Statement[] ParseWhole(string end)
    {
        var body = ParseBlock(end);
        Take();
        return body;
    }

    private Statement ParseStatement()
    {
        var tag = Expect(TokenKind.Name, "tag name");
        return tag.Text switch
        {
            "if" => ParseIf(tag.Line),
            "for" => ParseFor(tag.Line),
            "set" => ParseSet(tag.Line),
            "macro" => ParseMacro(tag.Line),
            "call" => ParseCall(tag.Line),
            "filter" => new FilterBlock(tag.Line, ParseFilter(null, first: true), ParseWhole("endfilter")),
            "with" => ParseWith(tag.Line),
            "print" => ParsePrint(tag.Line),
            "generation" => new With(tag.Line, [], [], WithoutLoop(() => ParseWhole("endgeneration"))),
            "break" => ParseJump(tag, Flow.Break),
            "continue" => ParseJump(tag, Flow.Continue),
            "extends" or "include" or "import" or "from" or "block" => throw new TemplateFault(
                $"the tag '{tag.Text}' reaches for other templates, which a chat template cannot have", tag.Line),
            "autoescape" => throw new TemplateFault("the tag 'autoescape' is not supported: prompts are not HTML", tag.Line),
            _ => throw new TemplateFault($"Encountered unknown tag {tag.Described}.", tag.Line),
        };
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression?, Statement[])>();
        while (true)
        {
            var test = ParseTuple(conditional: false);
            branches.Add((test, ParseBlock("elif", "else", "endif")));
            var end = Take().Text;
            if (end == "elif") continue;
            if (end == "else") branches.Add((null, ParseWhole("endif")));
            return new If(line, [.. branches]);
        }
    }

    private For ParseFor(int line)
    {
        var target = ParseTarget(namespaces: false);
        if (!SkipName("in")) throw Fault($"expected 'in', got {Current.Described}");
        var items = ParseTuple(conditional: false);
        var test = SkipName("if") ? ParseExpression() : null;
        var recursive = SkipName("recursive");
        _loops++;
        var body = ParseBlock("endfor", "else");
        _loops--;
        var otherwise = Take().Text == "else" ? ParseWhole("endfor") : [];
        return new For(line, target, items, test, recursive, body, otherwise);
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(namespaces: true);
        if (Skip("=")) return new Set(line, target, ParseTuple());
        var filter = Current.Is("|") ? ParseFilter(null, first: false) : null;
        return new SetBlock(line, target, filter, ParseWhole("endset"));
    }

    private MacroDefinition ParseMacro(int line)
    {
        var name = Expect(TokenKind.Name, "the macro's name").Text;
        return new MacroDefinition(line, ParseMacroOf(name, signature: true, "endmacro", null));
    }

    private CallBlock ParseCall(int line)
    {
        Invocation? call = null;
        var caller = ParseMacroOf("caller", Current.Is("("), "endcall", () =>
            call = ParseExpression() as Invocation ?? throw new TemplateFault("expected call", line));
        return new CallBlock(line, call!, caller);
    }

    /// <summary>The signature and body of a macro; whether it takes a caller or more arguments shows in the names its body reads.</summary>
    private Macro ParseMacroOf(string name, bool signature, string end, Action? between)
    {
        var parameters = new List<string>();
        var defaults = new List<Expression?>();
        if (signature)
        {
            Expect("(");
            while (!Current.Is(")"))
            {
                if (parameters.Count > 0) Expect(",");
                parameters.Add(Expect(TokenKind.Name, "a parameter's name").Text);
                defaults.Add(Skip("=") ? ParseExpression() : null);
                if (defaults[^1] is null && defaults.Exists(value => value is not null))
                    throw Fault("non-default argument follows default argument");
            }
            Take();
        }
        between?.Invoke();
        var outer = Names;
        Names = new HashSet<string>(StringComparer.Ordinal);
        var body = WithoutLoop(() => ParseWhole(end));
        var inner = Names;
        outer.UnionWith(inner);
        Names = outer;
        return new Macro(
            name, [.. parameters], [.. defaults], body, inner.Contains("caller"), inner.Contains("varargs"), inner.Contains("kwargs"));
    }

    private With ParseWith(int line)
    {
        var targets = new List<Target>();
        var values = new List<Expression>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (targets.Count > 0) Expect(",");
            targets.Add(ParseTarget(namespaces: false));
            Expect("=");
            values.Add(ParseExpression());
        }
        return new With(line, [.. targets], [.. values], ParseWhole("endwith"));
    }

    private Print ParsePrint(int line)
    {
        var parts = new List<Expression>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (parts.Count > 0) Expect(",");
            parts.Add(ParseExpression());
        }
        return new Print(line, new Concatenation(line, [.. parts]));
    }

    private Jump ParseJump(Token tag, Flow flow) => _loops > 0
        ? new Jump(tag.Line, flow)
        : throw new TemplateFault($"'{tag.Text}' outside loop", tag.Line);

    /// <summary>Parses a body that runs as a function of its own, which cannot break out of the loop around it.</summary>
    private Statement[] WithoutLoop(Func<Statement[]> parse)
    {
        var loops = _loops;
        _loops = 0;
        var body = parse();
        _loops = loops;
        return body;
    }

    private Target ParseTarget(bool namespaces)
    {
        var targets = new List<Target>();
        var tuple = false;
        while (Current.Kind is TokenKind.Name && !Current.IsName("in") || Current.Is("("))
        {
            targets.Add(ParseOneTarget(namespaces));
            if (!Skip(",")) break;
            tuple = true;
        }
        if (targets.Count == 0) throw Fault($"expected a name to assign to, got {Current.Described}");
        return tuple ? new TupleTarget([.. targets]) : targets[0];
    }

    private Target ParseOneTarget(bool namespaces)
    {
        if (Skip("("))
        {
            Enter();
            var inner = ParseTarget(namespaces);
            Leave();
            Expect(")");
            return inner;
        }
        var name = Take();
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw new TemplateFault($"can't assign to {name.Described}", name.Line);
        if (!namespaces || !Skip(".")) return new NameTarget(name.Text);
        return new NamespaceTarget(name.Text, Expect(TokenKind.Name, "an attribute's name").Text);
    }
}
