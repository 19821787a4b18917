using System.Text.Json;
using Freehold.Gateway.Answers;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Refusals;

/// <summary>GET <c>/freehold/refused</c>: the log of refusals, for programs.</summary>
internal sealed class RefusedEndpoint(RefusalLog log)
{
    public async Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("refused");
        foreach (var entry in log.Entries)
        {
            json.WriteStartObject();
            json.WriteString("kind", entry.Kind == RefusedKind.Inert ? "inert" : "refused");
            json.WriteString("last", entry.Last);
            json.WriteNumber("count", entry.Count);
            json.WriteString("client", entry.Client);
            json.WriteString("principal", entry.Principal);
            json.WriteString("endpoint", entry.Endpoint);
            json.WriteNumber("status", entry.Status);
            json.WriteString("code", entry.Code);
            json.WriteString("parameter", entry.Parameter);
            json.WriteString("fix", entry.Fix);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
