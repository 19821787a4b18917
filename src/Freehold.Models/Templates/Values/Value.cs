namespace Freehold.Models.Templates.Values;

/// <summary>A value of the template language, with the behaviour that its Python counterpart shows to jinja2.</summary>
internal abstract class Value
{
    /// <summary>Python's name of the type, for error messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>Python's truth value.</summary>
    public virtual bool IsTrue => true;

    /// <summary>Whether the value was made by the template alone; what is read from the input is not.</summary>
    public virtual bool Trusted => true;

    /// <summary>How deep containers nest in it; 0 for a scalar.</summary>
    public virtual int Depth => 0;

    /// <summary>What comparing or hashing it costs in steps: its elements and theirs, and the characters of texts.</summary>
    public virtual long Size => 1;

    /// <summary>Whether <see cref="Iterate"/> works.</summary>
    public virtual bool IsIterable => false;

    /// <summary>The number of elements, or -1 where Python's <c>len</c> fails.</summary>
    public virtual int Count => -1;

    /// <summary>Whether it can be called.</summary>
    public virtual bool IsCallable => false;

    /// <summary>Python's <c>iter</c>.</summary>
    public virtual IEnumerator<Value> Iterate(Evaluation run) => throw new TemplateFault($"'{TypeName}' object is not iterable");

    /// <summary>Python's <c>getattr</c>; null where there is no such attribute.</summary>
    public virtual Value? Attribute(string name, Evaluation run) => null;

    /// <summary>Python's <c>value[key]</c>; null where that raises a TypeError or LookupError.</summary>
    public virtual Value? Item(Value key, Evaluation run) => null;

    /// <summary>Calls it.</summary>
    public virtual Value Call(Arguments arguments, Evaluation run) => throw new TemplateFault($"'{TypeName}' object is not callable");

    /// <summary>Python's <c>str</c>.</summary>
    public virtual void Print(TextBuilder output) => Represent(output);

    /// <summary>Python's <c>repr</c>.</summary>
    public virtual void Represent(TextBuilder output) =>
        throw new TemplateFault($"a '{TypeName}' object has no text of its own to print; its name or address would be Python's");

    /// <summary>Python's <c>==</c>.</summary>
    public virtual bool SameAs(Value other) => ReferenceEquals(this, other);

    /// <summary>Python's <c>hash</c>, equal for equal values; fails for a type that cannot be a key.</summary>
    public virtual int Hash() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>How jinja2 names the value's type in its messages about undefined attributes.</summary>
    public virtual string Described => $"'{TypeName} object'";

    /// <summary>Python's <c>str</c> as a text value.</summary>
    public Text ToText(Evaluation run)
    {
        if (this is Text { IsMarkup: false } text) return text;
        var output = new TextBuilder(run);
        Print(output);
        return output.ToText();
    }
}
