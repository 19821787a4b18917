using System.Numerics;
using Freehold.Models.Templates.Operations;

namespace Freehold.Models.Templates.Values;

/// <summary>Python's <c>None</c>.</summary>
internal sealed class NoneValue : Value
{
    private readonly bool _trusted;

    private NoneValue(bool trusted) => _trusted = trusted;

    public static NoneValue FromTemplate { get; } = new(true);

    public static NoneValue FromData { get; } = new(false);

    public override string TypeName => "NoneType";

    public override string Described => "'None'";

    public override bool IsTrue => false;

    public override bool Trusted => _trusted;

    public override void Represent(TextBuilder output) => output.Append("None", _trusted);

    public override bool SameAs(Value other) => other is NoneValue;

    public override int Hash() => 0x4e6f6e65;
}

/// <summary>Python's <c>bool</c>, which is also the integer 0 or 1.</summary>
internal sealed class BoolValue : Value
{
    private readonly bool _trusted;

    private BoolValue(bool value, bool trusted) => (Value, _trusted) = (value, trusted);

    public static BoolValue True { get; } = new(true, true);

    public static BoolValue False { get; } = new(false, true);

    public static BoolValue DataTrue { get; } = new(true, false);

    public static BoolValue DataFalse { get; } = new(false, false);

    public bool Value { get; }

    public override string TypeName => "bool";

    public override bool IsTrue => Value;

    public override bool Trusted => _trusted;

    public static BoolValue Of(bool value) => value ? True : False;

    public override Value? Attribute(string name, Evaluation run) => NumberMethods.Find(this, name);

    public override void Represent(TextBuilder output) => output.Append(Value ? "True" : "False", _trusted);

    public override bool SameAs(Value other) => Numbers.Same(this, other);

    public override int Hash() => Value ? 1 : 0;
}

/// <summary>Python's <c>int</c>, of any size up to <see cref="Numbers.MaxBits"/>.</summary>
internal sealed class IntValue(BigInteger value, bool trusted = true) : Value
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;

    public override bool Trusted { get; } = trusted;

    public override Value? Attribute(string name, Evaluation run) => NumberMethods.Find(this, name);

    public override void Represent(TextBuilder output)
    {
        output.Run.Charge(1 + (Value.GetBitLength() >> 4));
        output.Append(Value.ToString(System.Globalization.CultureInfo.InvariantCulture), Trusted);
    }

    public override bool SameAs(Value other) => Numbers.Same(this, other);

    public override int Hash() => Numbers.Hash(Value);
}

/// <summary>Python's <c>float</c>.</summary>
internal sealed class FloatValue(double value, bool trusted = true) : Value
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;

    public override bool Trusted { get; } = trusted;

    public override Value? Attribute(string name, Evaluation run) => NumberMethods.Find(this, name);

    public override void Represent(TextBuilder output) => output.Append(PythonFloat.Repr(Value), Trusted);

    public override bool SameAs(Value other) => Numbers.Same(this, other);

    public override int Hash() =>
        double.IsFinite(Value) && Math.Floor(Value) == Value ? Numbers.Hash(new BigInteger(Value)) : Value.GetHashCode();
}
