using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi;

/// <summary>OpenAI's error object, {"error":{"message","type","param","code"}}; also for every path that is nobody's.</summary>
internal sealed class OpenAiDialect : IDialect
{
    public bool Speaks(HttpRequest request) => true;

    public void Write(Utf8JsonWriter json, Refusal refusal, string requestId) => WriteError(json, refusal);

    public static void WriteError(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", refusal.Message);
        json.WriteString("type", TypeOf(refusal.Status));
        json.WriteString("param", refusal.Param == "thinking" ? "reasoning_effort" : refusal.Param); // what lies behind all dialects has its own name for it
        json.WriteString("code", refusal.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
