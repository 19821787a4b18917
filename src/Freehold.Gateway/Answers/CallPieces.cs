using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Answers;

/// <summary>A piece of a call of a tool.</summary>
/// <param name="Index">Counts the choice's calls from 0.</param>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool, with the call's first piece; null with others.</param>
/// <param name="Arguments">A piece of its arguments' JSON.</param>
internal readonly record struct CallPiece(int Index, string Id, string? Name, string Arguments);

/// <summary>
/// The calls of one choice, as a client tells them: in pieces (<c>tool_calls</c> of an update: index, id, name, arguments), then whole; or only whole.
/// </summary>
internal sealed class CallPieces
{
    private static readonly JsonSerializerOptions Json = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The pieces of an update; null where it has none.</summary>
    public List<CallPiece>? Of(ChatResponseUpdate update)
    {
        List<CallPiece>? pieces = null;
        if (update.AdditionalProperties?.TryGetValue("tool_calls", out var told) is true && told is JsonArray array)
            foreach (var item in array.OfType<JsonObject>())
            {
                var id = (string)item["id"]!;
                _known.Add(id);
                (pieces ??= []).Add(new CallPiece((int)item["index"]!, id, (string?)item["name"], (string)item["arguments"]!));
            }
        foreach (var call in update.Contents.OfType<FunctionCallContent>())
            if (!_known.Contains(call.CallId))
            {
                (pieces ??= []).Add(new CallPiece(_known.Count, call.CallId, call.Name, ArgumentsOf(call)));
                _known.Add(call.CallId);
            }
        return pieces;
    }

    private static string ArgumentsOf(FunctionCallContent call) => call.RawRepresentation as string
        ?? JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), Json.GetTypeInfo(typeof(IDictionary<string, object?>)));
}
