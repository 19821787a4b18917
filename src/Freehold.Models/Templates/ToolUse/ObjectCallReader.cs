using System.Text;
using System.Text.Json;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>
/// Reads <c>{"name": "f", "arguments": {...}}</c>, its keys in any order; keys that mean nothing here are passed over. Models mix up <c>arguments</c> and
/// <c>parameters</c>, so each is read for the other.
/// </summary>
internal sealed class ObjectCallReader(ToolCallFormat format) : CallReader
{
    private enum State { Brace, FirstKey, Key, KeyText, Colon, Value, ValueText, Arguments, Comma }

    private readonly JsonScanner _scanner = new();
    private readonly StringBuilder _text = new();
    private State _state;
    private string _key = "";

    public override CallProgress Next(char c)
    {
        switch (_state)
        {
            case State.KeyText:
                return NextOfText(c, TakeKey);
            case State.ValueText:
                return NextOfText(c, TakeValue);
            case State.Arguments:
                var progress = NextOfArguments(c);
                return progress == CallProgress.Ended ? To(State.Comma) : progress;
        }
        if (IsSpace(c))
            return CallProgress.Inside;
        switch (_state, c)
        {
            case (State.Brace, '{'): return To(State.FirstKey);
            case (State.FirstKey or State.Key, '"'): return BeginText(c, State.KeyText);
            case (State.Colon, ':'): return To(State.Value);
            case (State.Comma, ','): return To(State.Key);
            case (State.FirstKey or State.Comma, '}'): return End();
            case (State.Value, _) when _key == format.ArgumentsKey || _key is "arguments" or "parameters":
                if (ArgumentsLength > 0)
                    return Invalid($"'{format.ArgumentsKey}' appears twice");
                _state = State.Arguments;
                return Next(c);
            case (State.Value, _): return BeginText(c, State.ValueText);
            default: return Invalid("the call is no valid JSON");
        }
    }

    private CallProgress End() =>
        Name is null ? Invalid($"the call has no '{format.NameKey}'")
        : !HasAllArguments ? Invalid($"the call has no '{format.ArgumentsKey}'")
        : CallProgress.Ended;

    private CallProgress BeginText(char c, State state)
    {
        _scanner.Reset();
        _text.Clear();
        _state = state;
        return Next(c);
    }

    private CallProgress NextOfText(char c, Func<CallProgress> take)
    {
        switch (_scanner.Next(c))
        {
            case JsonProgress.Inside:
                _text.Append(c);
                return CallProgress.Inside;
            case JsonProgress.Complete:
                _text.Append(c);
                return take();
            case JsonProgress.EndedBefore:
                var taken = take();
                return taken == CallProgress.Invalid ? taken : Next(c);
            default:
                return Invalid("the call is no valid JSON");
        }
    }

    private CallProgress TakeKey() => Read() is { } key ? To(State.Colon, key) : Invalid("a key of the call is no text");

    private CallProgress TakeValue()
    {
        if (_key == format.NameKey)
        {
            if (Name is not null)
                return Invalid($"'{format.NameKey}' appears twice");
            if (Read() is not { Length: > 0 } name)
                return Invalid($"'{format.NameKey}' is no tool's name");
            Name = name;
        }
        else if (_key is "id" || _key == format.IdKey)
        {
            Id = Read();
        }
        return To(State.Comma);
    }

    private string? Read()
    {
        try
        {
            using var document = JsonDocument.Parse(_text.ToString());
            return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair as an escape is JSON, but no text.
            return null;
        }
    }

    private CallProgress To(State state, string? key = null)
    {
        (_state, _key) = (state, key ?? _key);
        return CallProgress.Inside;
    }
}
