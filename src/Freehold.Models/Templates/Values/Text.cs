using Freehold.Models.Templates.Operations;

namespace Freehold.Models.Templates.Values;

/// <summary>
/// A Python <c>str</c> that knows of each character whether it comes from the template. The origin is kept as runs: it toggles at the ascending
/// positions <c>toggles</c>, starting from <c>first</c>; a text of one origin has none. Lengths and indices that templates see count code
/// points, as Python's do; everything internal counts UTF-16 code units.
/// </summary>
internal sealed class Text : Value
{
    private readonly bool _first;
    private readonly int[]? _toggles;
    private int[]? _offsets;
    private bool _measured;
    private int? _hash;

    public Text(string value, bool trusted)
        : this(value, trusted, null, false)
    {
    }

    internal Text(string value, bool first, int[]? toggles, bool markup)
    {
        Value = value;
        _first = first;
        _toggles = toggles is { Length: > 0 } ? toggles : null;
        IsMarkup = markup;
    }

    public static Text Empty { get; } = new("", true);

    /// <summary>The characters.</summary>
    public string Value { get; }

    /// <summary>Whether it is markupsafe's <c>Markup</c>: concatenation then escapes the other side (the filters <c>safe</c> and <c>escape</c> make it).</summary>
    public bool IsMarkup { get; }

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override string Described => IsMarkup ? "'markupsafe.Markup object'" : "'str object'";

    public override bool IsTrue => Value.Length > 0;

    /// <summary>Whether every character comes from the template.</summary>
    public override bool Trusted => _first && _toggles is null;

    public override long Size => 1 + (Value.Length >> 4);

    public override bool IsIterable => true;

    public override int Count => Offsets is { } offsets ? offsets.Length - 1 : Value.Length;

    /// <summary>The origin of the first character.</summary>
    internal bool First => _first;

    /// <summary>Where the origin toggles.</summary>
    internal ReadOnlySpan<int> Toggles => _toggles;

    /// <summary>The code unit at which each code point starts, and the length; null where the two are the same.</summary>
    private int[]? Offsets
    {
        get
        {
            if (!_measured)
            {
                _offsets = CodePoints.Offsets(Value);
                _measured = true;
            }
            return _offsets;
        }
    }

    /// <summary>The origin of the character at a code unit.</summary>
    public bool TrustedAt(int unit)
    {
        return _first ^ ((FirstToggleAfter(unit) & 1) != 0);
    }

    /// <summary>The index in <see cref="Toggles"/> of the first toggle behind a code unit.</summary>
    internal int FirstToggleAfter(int unit)
    {
        if (_toggles is null) return 0;
        var found = Array.BinarySearch(_toggles, unit);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>The code unit at which the code point at <paramref name="index"/> starts.</summary>
    public int UnitOf(int index) => Offsets is { } offsets ? offsets[index] : index;

    /// <summary>The index of the code point that starts at or before a code unit.</summary>
    public int IndexOf(int unit)
    {
        if (Offsets is not { } offsets) return unit;
        var found = Array.BinarySearch(offsets, unit);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The part between two code units, with its origins.</summary>
    public Text Slice(int start, int end)
    {
        if (start >= end) return new Text("", true, null, IsMarkup);
        if (start == 0 && end == Value.Length) return this;
        var part = Value[start..end];
        if (_toggles is null) return new Text(part, _first, null, IsMarkup);
        var from = FirstToggleAfter(start);
        var to = from;
        while (to < _toggles.Length && _toggles[to] < end) to++;
        var kept = new int[to - from];
        for (var i = 0; i < kept.Length; i++) kept[i] = _toggles[from + i] - start;
        return new Text(part, TrustedAt(start), kept, IsMarkup);
    }

    /// <summary>The same characters and origins, as Markup or not.</summary>
    public Text As(bool markup) => markup == IsMarkup ? this : new Text(Value, _first, _toggles, markup);

    /// <summary>The one code point at an index.</summary>
    public Text CodePointAt(int index) => Slice(UnitOf(index), UnitOf(index + 1));

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        for (var i = 0; i < Count; i++)
        {
            run.Charge(1);
            yield return CodePointAt(i).As(false);
        }
    }

    public override Value? Attribute(string name, Evaluation run) => TextMethods.Find(this, name);

    public override Value? Item(Value key, Evaluation run)
    {
        if (key is SliceKey slice) return slice.Of(this, run);
        if (!Numbers.IsInteger(key, out var index)) return null;
        var at = Indexing.Position(index, Count);
        return at < 0 ? null : CodePointAt(at);
    }

    public override void Print(TextBuilder output) => output.Append(this);

    public override void Represent(TextBuilder output)
    {
        if (IsMarkup) output.Append("Markup(", Trusted);
        PythonText.Quote(this, output);
        if (IsMarkup) output.Append(")", Trusted);
    }

    public override bool SameAs(Value other) => other is Text text && text.Value == Value;

    public override int Hash() => _hash ??= Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;
}
