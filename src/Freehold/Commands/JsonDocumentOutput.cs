using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Freehold.Commands;

/// <summary>Writes a command's one JSON document. Numbers have the digits to round-trip.</summary>
internal static class JsonDocumentOutput
{
    public static async Task WriteAsync(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        await output.WriteLineAsync(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
