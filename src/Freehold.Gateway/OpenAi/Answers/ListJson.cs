using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>JSON of OpenAI's endpoints that is not an answer of a model.</summary>
internal static class ListJson
{
    /// <summary>Answers with one document.</summary>
    public static async Task SendAsync<TState>(HttpContext http, TState state, Action<Utf8JsonWriter, TState> write)
    {
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        write(json, state);
    }

    /// <summary>Answers with a page of a list.</summary>
    /// <param name="http">The request.</param>
    /// <param name="page">The page.</param>
    /// <param name="idOf">A row's id.</param>
    /// <param name="write">Writes a row.</param>
    public static Task SendPageAsync<T>(HttpContext http, Page<T> page, Func<T, string> idOf, Action<Utf8JsonWriter, T> write) => SendAsync(http, (page, idOf, write), static (json, told) =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var row in told.page.Rows)
            told.write(json, row);
        json.WriteEndArray();
        json.WriteString("first_id", told.page.Rows.Count > 0 ? told.idOf(told.page.Rows[0]) : null);
        json.WriteString("last_id", told.page.Rows.Count > 0 ? told.idOf(told.page.Rows[^1]) : null);
        json.WriteBoolean("has_more", told.page.HasMore);
        json.WriteEndObject();
    });

    /// <summary>Answers that something is deleted.</summary>
    public static Task SendDeletedAsync(HttpContext http, string id, string kind) => SendAsync(http, (id, kind), static (json, told) =>
    {
        json.WriteStartObject();
        json.WriteString("id", told.id);
        json.WriteString("object", told.kind);
        json.WriteBoolean("deleted", true);
        json.WriteEndObject();
    });

    /// <summary>The text of a document.</summary>
    public static string Text<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            write(json, state);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
