using Freehold.Models.Templates.Operations;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary>Text of the template itself.</summary>
internal sealed class Literal(int line, string text) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        output.Append(text, true);
        return Flow.Next;
    }
}

/// <summary><c>{{ value }}</c>.</summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        value.Evaluate(scope, run).Print(output);
        return Flow.Next;
    }
}

/// <summary><c>{% if %}</c> with its <c>elif</c> and <c>else</c>; the last test may be null, for else.</summary>
internal sealed class If(int line, (Expression? Test, Statement[] Body)[] branches) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        foreach (var (test, body) in branches)
        {
            if (test is not null)
            {
                run.Line = test.Line;
                if (!test.Evaluate(scope, run).IsTrue) continue;
            }
            return ExecuteAll(body, scope, output, run);
        }
        return Flow.Next;
    }
}

/// <summary><c>{% set target = value %}</c>.</summary>
internal sealed class Set(int line, Target target, Expression value) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        target.Assign(value.Evaluate(scope, run), scope, run);
        return Flow.Next;
    }
}

/// <summary><c>{% set target %}...{% endset %}</c>, perhaps through filters.</summary>
internal sealed class SetBlock(int line, Target target, Filtered? filter, Statement[] body) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        var inner = new Scope(scope);
        var text = new TextBuilder(run);
        var flow = ExecuteAll(body, inner, text, run);
        if (flow != Flow.Next) return flow;
        Value value = text.ToText();
        target.Assign(filter is null ? value : filter.ApplyTo(value, inner, run), scope, run);
        return Flow.Next;
    }
}

/// <summary><c>{% filter name %}...{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(int line, Filtered filter, Statement[] body) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        var inner = new Scope(scope);
        var text = new TextBuilder(run);
        var flow = ExecuteAll(body, inner, text, run);
        if (flow != Flow.Next) return flow;
        filter.ApplyTo(text.ToText(), inner, run).Print(output);
        return Flow.Next;
    }
}

/// <summary><c>{% with a = 1 %}...{% endwith %}</c>, and blocks that only make a scope; each value is evaluated outside.</summary>
internal sealed class With(int line, Target[] targets, Expression[] values, Statement[] body) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        var inner = new Scope(scope);
        for (var i = 0; i < targets.Length; i++) targets[i].Assign(values[i].Evaluate(scope, run), inner, run);
        return ExecuteAll(body, inner, output, run);
    }
}

/// <summary><c>{% break %}</c> or <c>{% continue %}</c>.</summary>
internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run) => flow;
}

/// <summary><c>{% macro %}</c>.</summary>
internal sealed class MacroDefinition(int line, Macro macro) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        scope.Set(macro.Name, new MacroValue(macro, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call macro() %}...{% endcall %}</c>.</summary>
internal sealed class CallBlock(int line, Invocation call, Macro caller) : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run)
    {
        call.Evaluate(scope, run, new("caller", new MacroValue(caller, scope))).Print(output);
        return Flow.Next;
    }
}

/// <summary>What a value can be assigned to.</summary>
internal abstract class Target
{
    public abstract void Assign(Value value, Scope scope, Evaluation run);
}

/// <summary>A name.</summary>
internal sealed class NameTarget(string name) : Target
{
    public override void Assign(Value value, Scope scope, Evaluation run) => scope.Set(name, value);
}

/// <summary>An attribute of a namespace.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : Target
{
    public override void Assign(Value value, Scope scope, Evaluation run)
    {
        if (scope.Find(name) is not NamespaceValue space) throw new TemplateFault("cannot assign attribute on non-namespace object");
        space.Set(attribute, value, run);
    }
}

/// <summary>Several targets, each for one element of the value.</summary>
internal sealed class TupleTarget(Target[] targets) : Target
{
    public override void Assign(Value value, Scope scope, Evaluation run)
    {
        var items = Access.ToArray(value, run);
        if (items.Length != targets.Length)
            throw new TemplateFault($"{(items.Length < targets.Length ? "not enough" : "too many")} values to unpack (expected {targets.Length}, got {items.Length})");
        for (var i = 0; i < items.Length; i++) targets[i].Assign(items[i], scope, run);
    }
}
