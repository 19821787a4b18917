using System.Text.Json;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;

namespace Freehold.Gateway.OpenAi.Responses.Items;

/// <summary>The arguments of calls, as the model behind takes them.</summary>
internal static class ItemArguments
{
    /// <summary>Arguments of a call that was made.</summary>
    public static Dictionary<string, object?> Of(CallItem call) => call.IsCustom
        ? new(StringComparer.Ordinal) { [CustomTool.Input] = call.Arguments }
        : CallArguments.Of(call.Arguments, "arguments");

    /// <summary>Whether text is a JSON object.</summary>
    /// <exception cref="Serving.RefusedException">It is none.</exception>
    public static void Check(string arguments, string path) => CallArguments.Of(arguments, path);

    /// <summary>The input that the arguments of a custom tool's call hold.</summary>
    public static string InputOf(string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        return document.RootElement.GetProperty(CustomTool.Input).GetString()!;
    }
}
