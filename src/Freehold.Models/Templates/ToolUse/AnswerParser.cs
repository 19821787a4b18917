using System.Text;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>
/// Parts generated text into reasoning, content and tool calls while it comes. However the text is cut, the events are the same once
/// neighbours of one kind are joined, and their <see cref="AnswerEvent.Raw"/> together are the text. White space around tags belongs to the tags.
/// </summary>
/// <remarks>For one answer and one thread.</remarks>
public sealed partial class AnswerParser
{
    private enum Mode { Content, Reasoning, SectionBegins, CallBegins, Call, AfterCall, AfterList }

    private readonly ToolCallFormat? _calls;
    private readonly ReasoningFormat? _reasoning;
    private readonly IReadOnlySet<string>? _tools;
    private readonly string[] _beginnings;
    private readonly List<AnswerEvent> _events = [];
    private readonly StringBuilder _text = new(), _raw = new(), _space = new(), _mark = new(), _call = new();
    private Mode _mode;
    private bool _skipsSpace, _hasReasoned, _isAtStart = true;

    /// <summary>Begins an answer.</summary>
    /// <param name="calls">How calls are written; null where no tools were offered: then nothing is taken for a call.</param>
    /// <param name="reasoning">How reasoning is marked; null where it is not.</param>
    /// <param name="startsInside">Whether the prompt opened the reasoning already (<see cref="ReasoningFormat.StartsInside"/>).</param>
    /// <param name="tools">The tools offered; needed where <see cref="ToolCallFormat.BeginsAnswer"/> holds.</param>
    public AnswerParser(ToolCallFormat? calls, ReasoningFormat? reasoning, bool startsInside = false, IReadOnlySet<string>? tools = null)
    {
        (_calls, _reasoning, _tools) = (calls, reasoning, tools);
        _beginnings = [.. calls?.Beginnings.Select(text => text.Trim()) ?? []];
        if (startsInside && reasoning is not null)
            (_mode, _skipsSpace) = (Mode.Reasoning, true);
    }

    /// <summary>Calls that have begun so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Takes generated text; gives what became certain with it.</summary>
    public IReadOnlyList<AnswerEvent> Feed(ReadOnlySpan<char> text)
    {
        _events.Clear();
        foreach (var c in text)
            Next(c);
        FlushText();
        FlushArguments();
        return [.. _events];
    }

    /// <summary>Ends the answer; gives what was held back.</summary>
    public IReadOnlyList<AnswerEvent> Finish()
    {
        _events.Clear();
        switch (_mode)
        {
            case Mode.SectionBegins or Mode.CallBegins:
                Consume(_mark);
                Break("the answer ends where a call should stand", isIncomplete: true);
                break;
            case Mode.Call:
                FlushArguments();
                Break("the answer ends inside the call", isIncomplete: true);
                break;
        }
        Release();
        FlushText();
        if (_raw.Length > 0)
            _events.Add(_mode == Mode.Reasoning ? new ReasoningText("", TakeRaw()) : new ContentText("", TakeRaw()));
        return [.. _events];
    }

    private void Next(char c)
    {
        switch (_mode)
        {
            case Mode.Content or Mode.Reasoning: NextOfText(c); break;
            case Mode.Call: NextOfCall(c); break;
            default: NextOfStructure(c); break;
        }
    }

    /// <summary>Accounts for characters that are no text.</summary>
    private void Consume(StringBuilder characters)
    {
        _raw.Append(characters);
        _call.Append(characters);
        characters.Clear();
    }

    private string TakeRaw()
    {
        var raw = _raw.ToString();
        _raw.Clear();
        return raw;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r';
}
