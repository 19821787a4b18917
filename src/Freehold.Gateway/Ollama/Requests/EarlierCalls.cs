using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>The calls of a conversation and their results. Ollama's messages need not have ids: a result answers the first call of its tool's name that has none yet.</summary>
internal sealed class EarlierCalls
{
    private readonly List<FunctionCallContent> _open = [];
    private int _count;

    /// <summary>The calls that an assistant's message made.</summary>
    public List<FunctionCallContent> Take(Fields message)
    {
        if (!message.TryTake("tool_calls", out var value))
            return [];
        List<FunctionCallContent> calls = [.. message.Children("tool_calls", value, "calls").Select(ReadOne)];
        _open.AddRange(calls);
        return calls;
    }

    /// <summary>What a tool's message answers.</summary>
    /// <exception cref="RefusedException">No call before it waits for that.</exception>
    public FunctionResultContent Answer(Fields message, string? id, string? name, string content)
    {
        var at = _open.FindIndex(call => id is not null ? call.CallId == id : name is null || call.Name == name);
        if (at < 0)
        {
            var (field, what) = id is not null ? ("tool_call_id", $"'{id}'") : ("tool_name", name is null ? "not given" : $"'{name}'");
            throw RefusedException.Field(message.PathOf(field), $"'{message.PathOf(field)}' is {what}, and no call before it waits for such a result.");
        }
        var answered = _open[at].CallId;
        _open.RemoveAt(at);
        return new FunctionResultContent(answered, content);
    }

    private FunctionCallContent ReadOne(Fields call)
    {
        var function = call.Child("function", call.Take("function"));
        var (name, path, given) = (Fields.Text(function.Take("name"), function.PathOf("name")), function.PathOf("arguments"), function.TryTake("arguments", out var value));
        if (given && value.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType(path, "an object", value);
        function.TakeInt32("index", 0, int.MaxValue);
        function.Finish();
        if (call.TakeString("type") is { } kind and not "function")
            throw RefusedException.Field(call.PathOf("type"), $"'{call.PathOf("type")}' is '{kind}'; only functions are called here.", ErrorCodes.UnsupportedValue);
        // Nine letters and digits, as some templates demand.
        var id = call.TakeString("id") ?? "call" + (_count++).ToString("D5", CultureInfo.InvariantCulture);
        call.Finish();
        return new FunctionCallContent(id, name, given ? CallArguments.Of(value, path) : []);
    }
}
