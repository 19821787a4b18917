using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The calls that an assistant's earlier message made.</summary>
internal static class CallFields
{
    public static List<FunctionCallContent> Take(Fields message) =>
        message.TryTake("tool_calls", out var value) ? [.. message.Children("tool_calls", value, "calls").Select(ReadOne)] : [];

    private static FunctionCallContent ReadOne(Fields call)
    {
        var kind = call.TakeString("type") ?? "function";
        if (kind is not ("function" or "custom"))
            throw RefusedException.Field(call.PathOf("type"), $"'{call.PathOf("type")}' is '{kind}'; only functions and custom tools are called here.", ErrorCodes.UnsupportedValue);
        var other = kind == "custom" ? "function" : "custom";
        if (call.TryTake(other, out _))
            throw RefusedException.Field(call.PathOf(other), $"'{call.PathOf(other)}' is only allowed when '{call.PathOf("type")}' is {other}.");
        var tool = call.Child(kind, call.Take(kind));
        var name = Fields.Text(tool.Take("name"), tool.PathOf("name"));
        var arguments = kind == "custom" ? new() { [CustomTool.Input] = Fields.Text(tool.Take("input"), tool.PathOf("input")) }
            : CallArguments.Of(Fields.Text(tool.Take("arguments"), tool.PathOf("arguments")), tool.PathOf("arguments"));
        tool.Finish();
        var id = Fields.Text(call.Take("id"), call.PathOf("id"));
        call.Finish();
        return new FunctionCallContent(id, name, arguments);
    }
}
