using System.Text;
using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>The calls of a choice that is not streamed. One that was cut is not among them: it must not be run.</summary>
internal sealed class GatheredCalls
{
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);

    /// <summary>Whether there are whole calls.</summary>
    public bool Any => _whole.Count > 0;

    public void Add(in Piece piece)
    {
        foreach (var call in piece.Calls ?? [])
        {
            if (call.Name is { } name)
                _calls.Add((call.Id, name, new StringBuilder()));
            _calls.Find(known => known.Id == call.Id).Arguments.Append(call.Arguments);
        }
        _whole.UnionWith(piece.WholeCalls ?? []);
    }

    /// <summary>Writes <c>tool_calls</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_calls");
        foreach (var (id, name, arguments) in _calls.Where(call => _whole.Contains(call.Id)))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", name);
            json.WriteString("arguments", arguments.ToString());
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
