using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Requests;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>Calls of custom tools: the text that is their input, all at once when the call is whole. For one choice.</summary>
/// <param name="names">The custom tools.</param>
internal sealed class CustomCalls(IReadOnlySet<string> names)
{
    private readonly GatheredCalls _calls = new();
    private readonly HashSet<string> _custom = new(StringComparer.Ordinal);

    /// <summary>The piece with what becomes of its calls of custom tools; the arguments of those are the input itself.</summary>
    public Piece Rewrite(in Piece piece)
    {
        if (piece.Calls is null && piece.WholeCalls is null)
            return piece;
        var left = new List<CallPiece>();
        foreach (var call in piece.Calls ?? [])
        {
            if (call.Name is { } name && names.Contains(name))
                _custom.Add(call.Id);
            if (!_custom.Contains(call.Id))
                left.Add(call);
        }
        foreach (var whole in _calls.Add(piece))
            if (_custom.Contains(whole.Id))
                left.Add(new CallPiece(whole.Index, whole.Id, whole.Name, InputOf(whole.Arguments)));
        return piece with { Calls = left.Count > 0 ? left : null };
    }

    private static string InputOf(string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        return document.RootElement.GetProperty(CustomTool.Input).GetString()!;
    }
}
