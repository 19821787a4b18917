using System.Text;
using System.Text.Json;

namespace Freehold.Gateway.Answers;

/// <summary>A call of a tool, whole.</summary>
/// <param name="Index">Counts the choice's calls from 0.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON object as text.</param>
internal sealed record WholeCall(int Index, string Id, string Name, string Arguments)
{
    /// <summary>Writes the arguments as an object, on one line however the model laid them out.</summary>
    public void WriteArguments(Utf8JsonWriter json)
    {
        using var document = JsonDocument.Parse(Arguments, new JsonDocumentOptions { MaxDepth = 128 });
        document.RootElement.WriteTo(json);
    }
}

/// <summary>The calls of one choice for who wants them whole. One that was cut is not among them: it must not be run.</summary>
internal sealed class GatheredCalls
{
    private readonly List<(int Index, string Id, string Name, StringBuilder Arguments)> _begun = [];
    private readonly List<WholeCall> _whole = [];

    /// <summary>Whole calls, in their order.</summary>
    public IReadOnlyList<WholeCall> Whole => _whole;

    /// <summary>Takes a piece; returns the calls that became whole with it.</summary>
    public IReadOnlyList<WholeCall> Add(in Piece piece)
    {
        foreach (var call in piece.Calls ?? [])
        {
            if (call.Name is { } name)
                _begun.Add((call.Index, call.Id, name, new StringBuilder()));
            _begun.Find(known => known.Id == call.Id).Arguments.Append(call.Arguments);
        }
        if (piece.WholeCalls is not { } ended)
            return [];
        var before = _whole.Count;
        foreach (var (index, id, name, arguments) in _begun)
            if (ended.Contains(id))
                _whole.Add(new WholeCall(index, id, name, arguments.ToString()));
        return _whole[before..];
    }
}
