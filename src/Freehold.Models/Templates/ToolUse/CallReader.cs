using System.Text;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>How far the reading of a call is.</summary>
internal enum CallProgress
{
    Inside,
    /// <summary>The character was the call's last.</summary>
    Ended,
    /// <summary>The character cannot stand there; <see cref="CallReader.Problem"/> says why.</summary>
    Invalid,
}

/// <summary>Reads one call a character at a time, from behind what opens it to its last brace.</summary>
internal abstract class CallReader
{
    private readonly JsonScanner _scanner = new();
    private readonly StringBuilder _arguments = new();

    /// <summary>The tool, once it is known.</summary>
    public string? Name { get; protected set; }

    /// <summary>The id, if the call has one and it was read.</summary>
    public string? Id { get; protected set; }

    /// <summary>Whether the arguments' last brace was read.</summary>
    public bool HasAllArguments { get; private set; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Whether the tool is known and its arguments have begun.</summary>
    public bool IsReady => Name is not null && _arguments.Length > 0;

    /// <summary>Characters of arguments read.</summary>
    public int ArgumentsLength => _arguments.Length;

    /// <summary>A reader for calls of a format.</summary>
    public static CallReader For(ToolCallFormat format) => format.Body == ToolCallBody.NameInObject ? new ObjectCallReader(format) : new NamedCallReader(format);

    /// <summary>Takes the next character; one that is invalid is not taken.</summary>
    public abstract CallProgress Next(char c);

    /// <summary>Arguments from a place on.</summary>
    public string ArgumentsFrom(int start) => _arguments.ToString(start, _arguments.Length - start);

    protected static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r';

    protected CallProgress Invalid(string problem)
    {
        Problem = problem;
        return CallProgress.Invalid;
    }

    /// <summary>Takes a character of the arguments: <see cref="CallProgress.Ended"/> is the end of the arguments.</summary>
    protected CallProgress NextOfArguments(char c)
    {
        if (_arguments.Length == 0 && c != '{')
            return Invalid("the arguments are no JSON object");
        var progress = _scanner.Next(c);
        if (progress is not JsonProgress.Inside and not JsonProgress.Complete)
            return Invalid("the arguments are no valid JSON");
        _arguments.Append(c);
        HasAllArguments = progress == JsonProgress.Complete;
        return HasAllArguments ? CallProgress.Ended : CallProgress.Inside;
    }
}
