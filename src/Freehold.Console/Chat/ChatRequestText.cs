using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freehold.Pages.Chat;

/// <summary>A question to /v1/chat/completions: what the page sends, and the same as a command.</summary>
internal static class ChatRequestText
{
    // Readable in a shell; it is no HTML.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body that has a message answered.</summary>
    public static string BodyOf(Conversation chat, Message answer, bool stream)
    {
        var facts = answer.Facts!;
        var messages = new JsonArray();
        if (facts.Settings.System.Length > 0)
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = facts.Settings.System });
        foreach (var message in chat.Before(answer))
            messages.Add(new JsonObject { ["role"] = message.Role, ["content"] = message.Content });
        var body = new JsonObject { ["model"] = facts.Model, ["messages"] = messages };
        if (facts.Settings.Temperature is { } temperature)
            body["temperature"] = temperature;
        if (facts.Settings.TopP is { } topP)
            body["top_p"] = topP;
        if (facts.Settings.TopK is { } topK)
            body["top_k"] = topK;
        if (facts.Settings.MaxTokens is { } most)
            body["max_completion_tokens"] = most;
        body["seed"] = facts.Seed;
        if (stream)
        {
            body["stream"] = true;
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }
        return body.ToJsonString(Readable);
    }

    /// <summary>The same question as a command for a POSIX shell. The key stays a variable.</summary>
    public static string CurlOf(Conversation chat, Message answer, Uri server, bool keyed)
    {
        var key = keyed ? " \\\n  -H \"Authorization: Bearer $FREEHOLD_API_KEY\"" : "";
        return $"curl {Quote(new Uri(server, "v1/chat/completions").ToString())}{key} \\\n  -H 'Content-Type: application/json' \\\n  -d {Quote(BodyOf(chat, answer, stream: false))}\n";
    }

    // Inside single quotes a shell reads nothing but the quote itself.
    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
