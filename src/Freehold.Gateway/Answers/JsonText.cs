using System.Text.Encodings.Web;
using System.Text.Json;

namespace Freehold.Gateway.Answers;

/// <summary>How JSON is written on this wire.</summary>
internal static class JsonText
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>Text stays readable: only what JSON itself demands is escaped. The body is never embedded in HTML (its type is JSON).</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
