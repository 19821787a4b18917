using System.Runtime.CompilerServices;

namespace Freehold.Models.Templates;

/// <summary>One rendering under way: its limits and what it has used of them, and the line it is at.</summary>
internal sealed class Evaluation(TemplateLimits limits, TemplateSettings settings)
{
    private long _steps = limits.MaxSteps;
    private int _depth;

    public TemplateLimits Limits { get; } = limits;

    public TemplateSettings Settings { get; } = settings;

    /// <summary>The source line of the node being evaluated.</summary>
    public int Line { get; set; }

    /// <summary>Counts one evaluated node and makes sure that the thread's stack has room for it.</summary>
    public void Step()
    {
        Charge(1);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TemplateFault("the template nests deeper than the stack allows");
    }

    /// <summary>Counts work in units of a node or an element.</summary>
    public void Charge(long units)
    {
        if ((_steps -= units) < 0)
            throw new TemplateFault($"the template needs more than MaxSteps ({Limits.MaxSteps}) units of work");
    }

    /// <summary>Counts characters about to be produced or searched, and refuses a text longer than the limit.</summary>
    public void ChargeText(long length)
    {
        if (length > Limits.MaxTextLength)
            throw new TemplateFault($"a text would be longer than MaxTextLength ({Limits.MaxTextLength} characters)");
        Charge(1 + (length >> 4));
    }

    /// <summary>Counts the elements of a collection about to be made, and refuses one larger than the limit.</summary>
    public void ChargeElements(long count)
    {
        if (count > Limits.MaxCollectionSize)
            throw new TemplateFault($"a collection would have more than MaxCollectionSize ({Limits.MaxCollectionSize}) elements");
        Charge(1 + count);
    }

    /// <summary>Enters a macro or a recursive loop.</summary>
    public void Enter()
    {
        if (++_depth > Limits.MaxDepth)
            throw new TemplateFault($"macro calls nest deeper than MaxDepth ({Limits.MaxDepth})");
    }

    /// <summary>Leaves what <see cref="Enter"/> entered.</summary>
    public void Leave() => _depth--;
}
