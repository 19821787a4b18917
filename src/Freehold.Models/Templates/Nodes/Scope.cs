using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary>Names and their values; what a scope lacks it finds in those around it. Setting a name sets it in this scope alone, as jinja2 does.</summary>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, Value>? _names;

    /// <summary>The value of a name, or null.</summary>
    public Value? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._parent)
            if (scope._names is not null && scope._names.TryGetValue(name, out var value)) return value;
        return null;
    }

    /// <summary>Sets a name in this scope.</summary>
    public void Set(string name, Value value) => (_names ??= new Dictionary<string, Value>(StringComparer.Ordinal))[name] = value;

    private readonly Scope? _parent = parent;
}
