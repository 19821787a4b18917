namespace Freehold.Models.Templates.Values;

/// <summary>jinja2's <c>namespace</c>: the one value whose attributes a template can set.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly Dictionary<string, Value> _attributes = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public override string Described => "'jinja2.utils.Namespace object'";

    public void Set(string name, Value value, Evaluation run)
    {
        _attributes[name] = value;
        run.ChargeElements(_attributes.Count >> 8);
    }

    public override Value? Attribute(string name, Evaluation run) => _attributes.GetValueOrDefault(name);
}
