using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Anthropic;

/// <summary>
/// Anthropic's error object, {"type":"error","error":{"type","message"},"request_id"}, for who sends <see cref="VersionHeader"/> or asks for messages; the code and
/// the field are its <c>details</c>.
/// </summary>
internal sealed class AnthropicDialect : IDialect
{
    /// <summary>Every request of Anthropic's clients has it.</summary>
    public const string VersionHeader = "anthropic-version";

    /// <summary>Anthropic's own status for a server that cannot answer now.</summary>
    private const int Overloaded = 529;

    public bool Speaks(HttpRequest request) => request.Path.StartsWithSegments("/v1/messages") || request.Headers.ContainsKey(VersionHeader);

    public int StatusOf(Refusal refusal) => refusal.Status == StatusCodes.Status503ServiceUnavailable ? Overloaded : refusal.Status;

    public void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", TypeOf(StatusOf(refusal)));
        json.WriteString("message", refusal.Message);
        json.WriteStartObject("details");
        json.WriteString("error_code", CodeOf(refusal));
        if (refusal.Param is not null)
            json.WriteString("param", NameOf(refusal.Param));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }

    // By this code Anthropic's own tool runner knows to send conversations whole instead.
    private static string CodeOf(Refusal refusal) => refusal is { Param: "thread", Code: ErrorCodes.UnsupportedParameter } ? ErrorCodes.ThreadUnsupportedRequest : refusal.Code;

    // What lies behind all dialects calls it by OpenAI's name.
    private static string NameOf(string param) => param switch
    {
        "response_format" => "output_config.format",
        "stop" => "stop_sequences",
        _ => param,
    };

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        Overloaded => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
