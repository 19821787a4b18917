using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>
/// A tool whose input is text, any or of a regular expression. To the model it is a function with one string, <see cref="Input"/>, since that is what models and their templates know.
/// </summary>
internal static class CustomTool
{
    /// <summary>The argument that is the input.</summary>
    public const string Input = "input";

    public static DeclaredTool Read(Fields tool)
    {
        var (name, description) = (Fields.Text(tool.Take("name"), tool.PathOf("name")), tool.TakeString("description"));
        var pattern = tool.TryTake("format", out var format) ? Pattern(tool.Child("format", format)) : null;
        tool.Finish();
        return Declare(name, description, pattern);
    }

    /// <summary>The function that the model sees.</summary>
    /// <param name="name">The tool's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="pattern">The regular expression (ECMA-262) that the whole input matches; null for any text.</param>
    public static DeclaredTool Declare(string name, string? description, string? pattern)
    {
        var text = new JsonObject { ["type"] = "string" };
        if (pattern is not null)
            text["pattern"] = $"^(?:{pattern})$";
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [Input] = text },
            ["required"] = new JsonArray(Input),
            ["additionalProperties"] = false,
        };
        return new DeclaredTool(name, description, JsonElement.Parse(schema.ToJsonString()), strict: true);
    }

    private static string? Pattern(Fields format)
    {
        var (type, path) = (Fields.Text(format.Take("type"), format.PathOf("type")), format.PathOf("type"));
        string? definition = null;
        if (format.TryTake("grammar", out var value))
        {
            var grammar = format.Child("grammar", value);
            var syntax = Fields.Text(grammar.Take("syntax"), grammar.PathOf("syntax"));
            definition = Fields.Text(grammar.Take("definition"), grammar.PathOf("definition"));
            grammar.Finish();
            if (syntax != "regex")
                throw RefusedException.Field(grammar.PathOf("syntax"), $"'{grammar.PathOf("syntax")}' is '{syntax}'; {(syntax == "lark" ? "Lark grammars are not supported here" : "only regex is known")}: give a regular expression, or no grammar.", ErrorCodes.UnsupportedValue);
        }
        format.Finish();
        return type switch
        {
            "text" when definition is null => null,
            "grammar" when definition is not null => definition,
            "text" or "grammar" => throw RefusedException.Field(format.PathOf("grammar"), $"'{format.PathOf("grammar")}' belongs to a format of type grammar, and to no other."),
            _ => throw RefusedException.Field(path, $"'{path}' is '{type}'; it must be text or grammar."),
        };
    }
}
