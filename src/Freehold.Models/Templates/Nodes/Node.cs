using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary>An expression of a template.</summary>
internal abstract class Expression
{
    /// <summary>The deepest nesting of expressions; evaluation recurses as deep.</summary>
    public const int MaxNesting = 400;

    protected Expression(int line, params ReadOnlySpan<Expression?> parts)
    {
        Line = line;
        foreach (var part in parts)
            if (part is not null) Nesting = Math.Max(Nesting, part.Nesting + 1);
        if (Nesting > MaxNesting) throw new TemplateFault($"an expression nests deeper than {MaxNesting}", line);
    }

    /// <summary>The source line it starts on.</summary>
    public int Line { get; }

    /// <summary>How deep expressions nest in it.</summary>
    public int Nesting { get; }

    /// <summary>Its value.</summary>
    public abstract Value Evaluate(Scope scope, Evaluation run);
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A statement of a template.</summary>
internal abstract class Statement(int line)
{
    /// <summary>The source line it starts on.</summary>
    public int Line { get; } = line;

    /// <summary>Runs it; what it prints goes to <paramref name="output"/>.</summary>
    public abstract Flow Execute(Scope scope, TextBuilder output, Evaluation run);

    /// <summary>Runs statements one after the other until one breaks off.</summary>
    public static Flow ExecuteAll(Statement[] body, Scope scope, TextBuilder output, Evaluation run)
    {
        foreach (var statement in body)
        {
            run.Step();
            run.Line = statement.Line;
            var flow = statement.Execute(scope, output, run);
            if (flow != Flow.Next) return flow;
        }
        return Flow.Next;
    }
}
