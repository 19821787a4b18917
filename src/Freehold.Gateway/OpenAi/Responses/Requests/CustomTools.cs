using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>Custom tools: before the model a function with one argument, the input, which is held to the tool's format.</summary>
internal static class CustomTools
{
    public static DeclaredTool Read(Fields tool, string? space)
    {
        var (name, description) = (Fields.Text(tool.Take("name"), tool.PathOf("name")), tool.TakeString("description"));
        string? pattern = null;
        if (tool.TryTake("format", out var value))
            pattern = Pattern(tool.Child("format", value));
        tool.Finish();
        return CustomTool.Declare(ToolNames.Join(space, name), description, pattern);
    }

    private static string? Pattern(Fields format)
    {
        var kind = Fields.Text(format.Take("type"), format.PathOf("type"));
        var (syntax, definition) = (format.TakeString("syntax"), format.TakeString("definition"));
        format.Finish();
        if (kind is not ("text" or "grammar"))
            throw RefusedException.Field(format.PathOf("type"), $"'{format.PathOf("type")}' is '{kind}'; it must be text or grammar.");
        if (kind == "text")
            return null;
        if (syntax != "regex")
            throw RefusedException.Field(format.PathOf("syntax"), $"'{format.PathOf("syntax")}' is '{syntax}'; only regex is enforced here. With Codex CLI, name the model so that it does not take it for one of OpenAI's, and it sends no such tool.", ErrorCodes.UnsupportedValue);
        return definition ?? throw RefusedException.Field(format.PathOf("definition"), $"Missing required parameter: '{format.PathOf("definition")}'.", ErrorCodes.MissingRequiredParameter);
    }
}
