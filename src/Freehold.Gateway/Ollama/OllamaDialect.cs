using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Ollama;

/// <summary>Ollama's error object, {"error": text}, for all that is asked below <c>/api</c>; beside it the code and the field, for programs.</summary>
internal sealed class OllamaDialect : IDialect
{
    public bool Speaks(HttpRequest request) => request.Path.StartsWithSegments("/api");

    public void Write(Utf8JsonWriter json, Refusal refusal, string requestId) => WriteError(json, refusal);

    public static void WriteError(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteStartObject();
        json.WriteString("error", refusal.Message);
        json.WriteString("code", refusal.Code);
        if (refusal.Param is not null)
            json.WriteString("param", NameOf(refusal.Param));
        json.WriteEndObject();
    }

    // What lies behind all dialects calls it by OpenAI's name.
    private static string NameOf(string param) => param switch
    {
        "response_format" => "format",
        "thinking" => "think",
        _ => param,
    };
}
