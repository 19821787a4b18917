using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>OpenAI's error object, with the names that fields have in requests for responses: what lies behind the endpoints knows those of chat.</summary>
internal sealed class ResponsesDialect : IDialect
{
    public bool Speaks(HttpRequest request) => request.Path.StartsWithSegments("/v1/responses");

    public void Write(Utf8JsonWriter json, Refusal refusal, string requestId) => OpenAiDialect.WriteError(json, refusal with
    {
        Param = refusal.Param switch
        {
            "messages" => "input",
            "response_format" => "text.format",
            "max_tokens" or "max_completion_tokens" => "max_output_tokens",
            "reasoning_effort" => "reasoning.effort",
            var other => other,
        },
    });
}
