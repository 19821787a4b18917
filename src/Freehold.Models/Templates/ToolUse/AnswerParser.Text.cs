using System.Text;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>The part that reads text and looks for tags in it; white space is held back until it is known whether a tag follows.</summary>
public sealed partial class AnswerParser
{
    private void NextOfText(char c)
    {
        if (_mark.Length == 0 && IsSpace(c))
        {
            (_skipsSpace ? _raw : _space).Append(c);
            return;
        }
        _mark.Append(c);
        if (_mode == Mode.Content && _isAtStart && c == '{' && _mark.Length == 1 && _calls is { BeginsAnswer: true } && _tools is not null)
        {
            BeginBareCall();
            return;
        }
        switch (Match(out var tag))
        {
            case true:
                FlushText();
                Consume(_space);
                TakeTag(tag);
                break;
            case false:
                var mark = _mark.ToString();
                _mark.Clear();
                Show(_space.Append(mark[0]));
                foreach (var next in mark.AsSpan(1))
                    Next(next);
                break;
        }
    }

    /// <summary>Whether what is held back is a tag (true), none (false) or may become one (null).</summary>
    private bool? Match(out string found)
    {
        bool? result = false;
        foreach (var tag in Tags())
        {
            found = tag;
            if (!StartsWith(tag, _mark))
                continue;
            if (tag.Length == _mark.Length)
                return true;
            result = null;
        }
        found = "";
        return result;
    }

    private IEnumerable<string> Tags()
    {
        switch (_mode)
        {
            case Mode.Reasoning:
                yield return _reasoning!.Closes;
                break;
            case Mode.Content:
                if (_reasoning is not null && !_hasReasoned && _isAtStart)
                    yield return _reasoning.Opens;
                if (_reasoning is { AnswerOpens.Length: > 0 } && _hasReasoned)
                    yield return _reasoning.AnswerOpens;
                if (_reasoning is { AnswerCloses.Length: > 0 } && _hasReasoned)
                    yield return _reasoning.AnswerCloses;
                foreach (var beginning in _beginnings)
                    yield return beginning;
                break;
        }
    }

    private void TakeTag(string tag)
    {
        _skipsSpace = true;
        if (_mode == Mode.Reasoning)
            (_mode, _hasReasoned, _isAtStart) = (Mode.Content, true, true);
        else if (_isAtStart && !_hasReasoned && tag == _reasoning?.Opens)
            _mode = Mode.Reasoning;
        else if (tag != _reasoning?.AnswerOpens && tag != _reasoning?.AnswerCloses)
        {
            BeginCalls(tag);
            return;
        }
        Consume(_mark);
    }

    private void Show(StringBuilder characters)
    {
        _text.Append(characters);
        _raw.Append(characters);
        characters.Clear();
        _skipsSpace = false;
        _isAtStart &= _mode != Mode.Content;
    }

    private void Release()
    {
        if (_mode != Mode.Reasoning)
            _mode = Mode.Content;
        if (_space.Length + _mark.Length > 0)
            Show(_space.Append(_mark));
        _mark.Clear();
    }

    private void FlushText()
    {
        if (_text.Length == 0)
            return;
        var text = _text.ToString();
        _text.Clear();
        _events.Add(_mode == Mode.Reasoning ? new ReasoningText(text, TakeRaw()) : new ContentText(text, TakeRaw()));
    }

    private static bool StartsWith(string text, StringBuilder start)
    {
        if (start.Length > text.Length)
            return false;
        for (var i = 0; i < start.Length; i++)
            if (text[i] != start[i])
                return false;
        return true;
    }
}
