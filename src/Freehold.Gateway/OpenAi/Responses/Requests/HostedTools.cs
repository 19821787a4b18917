using System.Text.Json;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>Tools that OpenAI's own servers run. Nothing here does.</summary>
internal static class HostedTools
{
    private static readonly string[] Kinds =
    [
        "file_search", "computer", "computer_use_preview", "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11", "mcp", "code_interpreter",
        "programmatic_tool_calling", "image_generation", "local_shell", "shell", "tool_search", "apply_patch",
    ];

    /// <summary>The kind that a tool's type names; null where it is none of these.</summary>
    public static string? Find(JsonElement type) => Array.Find(Kinds, kind => type.ValueEquals(kind));
}
