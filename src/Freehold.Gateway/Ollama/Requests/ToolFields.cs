using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>The tools of a chat request. Whether one is called is the model's choice: Ollama's API has no word for more.</summary>
internal static class ToolFields
{
    public const int MaxTools = 512;

    public static List<AITool>? Take(Fields fields)
    {
        if (!fields.TryTake("tools", out var value))
            return null;
        var tools = new List<AITool>();
        foreach (var tool in fields.Children("tools", value, "tools", MaxTools))
        {
            if (tool.TakeString("type") is { } kind and not "function")
                throw RefusedException.Field(tool.PathOf("type"), $"'{tool.PathOf("type")}' is '{kind}'; only functions can be called here.", ErrorCodes.UnsupportedValue);
            var function = tool.Child("function", tool.Take("function"));
            var (name, description) = (Fields.Text(function.Take("name"), function.PathOf("name")), function.TakeString("description"));
            var schema = function.TakeSchema("parameters");
            function.Finish();
            tool.Finish();
            tools.Add(new DeclaredTool(name, description, schema, strict: false));
        }
        return tools.Count > 0 ? tools : null;
    }
}
