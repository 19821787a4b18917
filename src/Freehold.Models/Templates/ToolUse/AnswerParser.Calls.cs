namespace Freehold.Models.Templates.ToolUse;

/// <summary>The part that reads sections of calls: see <see cref="ToolCallFormat"/> for their grammar.</summary>
public sealed partial class AnswerParser
{
    private CallReader? _reader;
    private bool _hasBegun, _isBare, _isWord, _hasClosedCall;
    private int _told;

    private void BeginCalls(string tag)
    {
        _call.Clear();
        Consume(_mark);
        // A tag that is a word (functools, Action:) is only a tag where a call follows.
        (_isBare, _isWord, _isAtStart) = (false, char.IsAsciiLetter(tag[0]), false);
        if (tag == _calls!.CallOpens.Trim())
            BeginCall();
        else
            _mode = Mode.SectionBegins;
    }

    private void BeginBareCall()
    {
        _call.Clear();
        Consume(_space);
        _mark.Clear();
        _isBare = true;
        BeginCall();
        NextOfCall('{');
    }

    private void BeginCall()
    {
        (_mode, _reader, _hasBegun, _told, _hasClosedCall) = (Mode.Call, CallReader.For(_calls!), false, 0, false);
    }

    private void NextOfCall(char c)
    {
        var reader = _reader!;
        var progress = reader.Next(c);
        if (progress != CallProgress.Invalid && _isBare && reader.Name is { } name && !_tools!.Contains(name))
            progress = CallProgress.Invalid;
        if (progress == CallProgress.Invalid)
        {
            FlushArguments();
            Break(reader.Problem, isIncomplete: false);
            Next(c);
            return;
        }
        if (!_hasBegun && reader.IsReady)
        {
            _hasBegun = true;
            _events.Add(new CallBegun(Calls++, reader.Name!, reader.Id, TakeRaw()));
        }
        _raw.Append(c);
        _call.Append(c);
        if (reader.HasAllArguments)
            FlushArguments();
        if (progress != CallProgress.Ended)
            return;
        _events.Add(new CallEnded(Calls - 1, reader.ArgumentsFrom(0), TakeRaw()));
        (_mode, _reader, _isBare, _isWord) = (Mode.AfterCall, null, false, false);
        _call.Clear();
    }

    /// <summary>What stands between calls: brackets, commas, tags. White space means nothing there.</summary>
    private void NextOfStructure(char c)
    {
        if (_mark.Length == 0 && IsSpace(c))
        {
            _raw.Append(c);
            _call.Append(c);
            return;
        }
        _mark.Append(c);
        var mayBecome = false;
        foreach (var (text, then) in Parts())
        {
            if (!StartsWith(text, _mark))
                continue;
            if (text.Length == _mark.Length)
            {
                TakePart(text, then);
                return;
            }
            mayBecome = true;
        }
        if (!mayBecome)
            LeaveStructure();
    }

    /// <summary>What may stand at this place, and what follows it; <see cref="Mode.Call"/> is a call that begins behind it (or with it, if it is a brace).</summary>
    private IEnumerable<(string Text, Mode Then)> Parts()
    {
        var calls = _calls!;
        var opens = calls.CallOpens.Trim();
        var (call, closesCall, closes) = (opens.Length > 0 ? opens : "{", calls.CallCloses.Trim(), calls.Closes.Trim());
        switch (_mode)
        {
            case Mode.SectionBegins:
                if (calls.List)
                    yield return ("[", Mode.CallBegins);
                // Models forget the brackets of a list now and then.
                yield return (call, Mode.Call);
                break;
            case Mode.CallBegins:
                yield return (call, Mode.Call);
                if (calls.List)
                    yield return ("]", Mode.AfterList);
                break;
            case Mode.AfterCall:
                if (closesCall.Length > 0 && !_hasClosedCall)
                    yield return (closesCall, Mode.AfterCall);
                if (calls.List)
                {
                    yield return (",", Mode.CallBegins);
                    yield return ("]", Mode.AfterList);
                }
                else if (calls.Opens.Length > 0)
                {
                    yield return (call, Mode.Call);
                }
                if (closes.Length > 0)
                    yield return (closes, Mode.Content);
                break;
            case Mode.AfterList:
                if (closes.Length > 0)
                    yield return (closes, Mode.Content);
                break;
        }
    }

    private void TakePart(string text, Mode then)
    {
        if (then == Mode.Call)
        {
            if (_mode == Mode.AfterCall)
                _call.Clear();
            var isBrace = text == "{";
            if (isBrace)
                _mark.Clear();
            else
                Consume(_mark);
            BeginCall();
            if (isBrace)
                NextOfCall('{');
            return;
        }
        Consume(_mark);
        _hasClosedCall |= _mode == Mode.AfterCall && then == Mode.AfterCall;
        (_mode, _skipsSpace) = (then, true);
    }

    private void LeaveStructure()
    {
        var mark = _mark.ToString();
        _mark.Clear();
        if (_mode is Mode.SectionBegins or Mode.CallBegins)
            Break("no call stands where one should", isIncomplete: false);
        (_mode, _skipsSpace) = (Mode.Content, true);
        foreach (var c in mark)
            Next(c);
    }

    /// <summary>Gives up a call; what was generated of it stays visible.</summary>
    private void Break(string reason, bool isIncomplete)
    {
        var isText = (_isBare && !_hasBegun) || (_isWord && _mode == Mode.SectionBegins);
        int? index = _mode == Mode.Call && _hasBegun ? Calls - 1 : null;
        (_mode, _reader, _isBare, _isWord, _skipsSpace, _isAtStart) = (Mode.Content, null, false, false, false, false);
        if (isText)
            _text.Append(_call);
        else
            _events.Add(new CallBroken(index, _call.ToString(), reason, isIncomplete, TakeRaw()));
        _call.Clear();
    }

    private void FlushArguments()
    {
        if (_reader is not { } reader || !_hasBegun || reader.ArgumentsLength == _told)
            return;
        _events.Add(new ArgumentsText(Calls - 1, reader.ArgumentsFrom(_told), TakeRaw()));
        _told = reader.ArgumentsLength;
    }
}
