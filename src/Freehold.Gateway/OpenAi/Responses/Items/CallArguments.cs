using System.Text.Json;
using Freehold.Gateway.OpenAi.Requests;

namespace Freehold.Gateway.OpenAi.Responses.Items;

/// <summary>The arguments of calls, as the model behind takes them.</summary>
internal static class CallArguments
{
    /// <summary>The one argument of a custom tool before the model.</summary>
    public const string CustomInput = "input";

    /// <summary>Arguments of a call that was made.</summary>
    public static Dictionary<string, object?> Of(CallItem call) => call.IsCustom
        ? new(StringComparer.Ordinal) { [CustomInput] = call.Arguments }
        : CallFields.Arguments(call.Arguments, "arguments");

    /// <summary>Whether text is a JSON object.</summary>
    /// <exception cref="Serving.RefusedException">It is none.</exception>
    public static void Check(string arguments, string path) => CallFields.Arguments(arguments, path);

    /// <summary>The input that the arguments of a custom tool's call hold.</summary>
    public static string InputOf(string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        return document.RootElement.GetProperty(CustomInput).GetString()!;
    }
}
