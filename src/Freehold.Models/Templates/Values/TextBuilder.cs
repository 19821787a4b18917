using System.Text;

namespace Freehold.Models.Templates.Values;

/// <summary>Gathers text and the origin of each character, as runs; charges what it gathers.</summary>
internal sealed class TextBuilder(Evaluation run)
{
    private readonly StringBuilder _text = new();
    private List<int>? _toggles;
    private bool _first;
    private bool _last;

    public Evaluation Run { get; } = run;

    public int Length => _text.Length;

    public void Append(char value, bool trusted)
    {
        Charge(1);
        Mark(trusted);
        _text.Append(value);
    }

    public void Append(ReadOnlySpan<char> value, bool trusted)
    {
        if (value.IsEmpty) return;
        Charge(value.Length);
        Mark(trusted);
        _text.Append(value);
    }

    public void Append(Text value) => Append(value, 0, value.Value.Length);

    /// <summary>Appends the part of a text between two code units.</summary>
    public void Append(Text value, int start, int end)
    {
        if (start >= end) return;
        Charge(end - start);
        var trusted = value.TrustedAt(start);
        var at = start;
        foreach (var toggle in value.Toggles[value.FirstToggleAfter(start)..])
        {
            if (toggle >= end) break;
            Mark(trusted);
            _text.Append(value.Value, at, toggle - at);
            trusted = !trusted;
            at = toggle;
        }
        Mark(trusted);
        _text.Append(value.Value, at, end - at);
    }

    public Text ToText(bool markup = false) =>
        _text.Length == 0 ? new Text("", true, null, markup) : new Text(_text.ToString(), _first, _toggles?.ToArray(), markup);

    private void Mark(bool trusted)
    {
        if (_text.Length == 0)
            _first = _last = trusted;
        else if (trusted != _last)
        {
            (_toggles ??= []).Add(_text.Length);
            _last = trusted;
        }
    }

    private void Charge(int length)
    {
        if ((long)_text.Length + length > Run.Limits.MaxTextLength) Run.ChargeText((long)_text.Length + length);
        Run.Charge(1 + (length >> 4));
    }
}
