using System.Text;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>Reads <c>name[ARGS]{...}</c>.</summary>
internal sealed class NamedCallReader(ToolCallFormat format) : CallReader
{
    private const int MaxNameLength = 256;

    private readonly string _ends = format.NameEnds.Trim();
    private readonly StringBuilder _head = new();

    public override CallProgress Next(char c)
    {
        if (Name is not null)
            return ArgumentsLength == 0 && IsSpace(c) ? CallProgress.Inside : NextOfArguments(c);
        if (_head.Length == MaxNameLength)
            return Invalid($"no tool's name within {MaxNameLength} characters");
        _head.Append(c);
        return c == _ends[^1] && EndsWith(_ends) ? TakeName() : CallProgress.Inside;
    }

    private CallProgress TakeName()
    {
        var head = _head.ToString(0, _head.Length - _ends.Length);
        var id = format.IdOpens is { } opens ? head.IndexOf(opens, StringComparison.Ordinal) : -1;
        var name = (id < 0 ? head : head[..id]).Trim();
        if (name.Length == 0 || name.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0)
        {
            // The character that completed it is given back with the rest of the text.
            _head.Length--;
            return Invalid("the tool's name is empty or no name");
        }
        Id = id < 0 ? null : head[(id + format.IdOpens!.Length)..].Trim();
        Name = name;
        return CallProgress.Inside;
    }

    private bool EndsWith(string text)
    {
        if (_head.Length < text.Length)
            return false;
        for (var i = 0; i < text.Length; i++)
            if (_head[_head.Length - text.Length + i] != text[i])
                return false;
        return true;
    }
}
