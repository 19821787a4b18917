using System.Globalization;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>jinja2's make_attrgetter: <c>"a.b.0"</c> reaches into values step by step, digits as indices.</summary>
internal sealed class AttributePath
{
    private readonly Value[] _steps;
    private readonly Value? _fallback;

    public AttributePath(Value attribute, Evaluation run, Value? fallback = null)
    {
        _fallback = fallback is NoneValue ? null : fallback;
        if (attribute is not Text text)
        {
            _steps = attribute is NoneValue ? [] : [attribute];
            return;
        }
        run.Charge(text.Value.Length);
        _steps = Array.ConvertAll(text.Value.Split('.'), Value (part) =>
            part.Length is > 0 and < 10 && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? new IntValue(index)
                : new Text(part, true));
    }

    public Value Of(Value value, Evaluation run)
    {
        foreach (var step in _steps)
        {
            run.Charge(1);
            value = Access.Item(value, step, run);
            if (_fallback is not null && value is UndefinedValue) value = _fallback;
        }
        return value;
    }
}
