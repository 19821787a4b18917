using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>
/// Whether <c>context_management</c> changes nothing here: clearing earlier thinking does not, for which of it a prompt shows is the template's rule. Everything else edits the conversation.
/// </summary>
internal static class ContextEdits
{
    private const string Harmless = "clear_thinking_";

    /// <exception cref="RefusedException">An edit would change the conversation.</exception>
    public static void Check(JsonElement body)
    {
        if (!body.TryGetProperty("context_management", out var management) || management.ValueKind != JsonValueKind.Object
            || !management.TryGetProperty("edits", out var edits) || edits.ValueKind != JsonValueKind.Array)
            return;
        var index = 0;
        foreach (var edit in edits.EnumerateArray())
        {
            var type = edit.ValueKind == JsonValueKind.Object && edit.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? named.GetRawText() : "of no known type";
            if (!type.StartsWith('"' + Harmless, StringComparison.Ordinal))
                throw RefusedException.Field($"context_management.edits[{index}]", $"'context_management.edits[{index}]' is {type}; only thinking can be cleared, conversations are not edited here. Leave it out.", ErrorCodes.UnsupportedValue);
            index++;
        }
    }
}
