namespace Freehold.Models.Templates.Values;

/// <summary>jinja2's <c>Undefined</c>: prints nothing, is empty and false; any other use fails with what was missing.</summary>
internal sealed class UndefinedValue : Value
{
    private readonly string? _hint;
    private readonly Value? _owner;
    private readonly Value? _key;
    private readonly string? _name;

    private UndefinedValue(string? hint, Value? owner, string? name, Value? key) => (_hint, _owner, _name, _key) = (hint, owner, name, key);

    /// <summary>What was missing and where.</summary>
    public string Message
    {
        get
        {
            if (_hint is not null) return _hint;
            if (_owner is null) return $"'{_name}' is undefined";
            if (_name is not null) return $"{_owner.Described} has no attribute '{_name}'";
            return $"{_owner.Described.Trim('\'')} has no element {(Numbers.IsInteger(_key!, out var index) ? index.ToString() : "of that key")}";
        }
    }

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override bool IsIterable => true;

    public override int Count => 0;

    /// <summary>A variable that nobody set.</summary>
    public static UndefinedValue Variable(string name) => new(null, null, name, null);

    /// <summary>An attribute that the value lacks.</summary>
    public static UndefinedValue Missing(Value owner, string name) => new(null, owner, name, null);

    /// <summary>An element that the value lacks.</summary>
    public static UndefinedValue Missing(Value owner, Value key) => new(null, owner, (key as Text)?.Value, key);

    /// <summary>Something else that is not there.</summary>
    public static UndefinedValue Because(string hint) => new(hint, null, null, null);

    /// <summary>An attribute that the sandbox refuses.</summary>
    public static UndefinedValue Unsafe(Value owner, string name) =>
        new($"access to attribute '{name}' of '{owner.TypeName}' object is unsafe.", null, null, null);

    /// <summary>The failure that using the value gives.</summary>
    public TemplateFault Fault() => new(Message);

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        yield break;
    }

    public override Value? Attribute(string name, Evaluation run) => throw Fault();

    public override Value? Item(Value key, Evaluation run) => throw Fault();

    public override Value Call(Arguments arguments, Evaluation run) => throw Fault();

    public override void Print(TextBuilder output)
    {
    }

    public override void Represent(TextBuilder output) => output.Append("Undefined", true);

    public override bool SameAs(Value other) => other is UndefinedValue;

    public override int Hash() => 7;
}
