using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Stored;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>Reads the requests of a batch, and tells every line that is none.</summary>
internal sealed class BatchInput(string endpoint)
{
    private const int MostLines = 50_000, MostErrors = 100, MostIdCharacters = 512;
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The requests.</summary>
    public List<BatchLine> Lines { get; } = [];

    /// <summary>What is wrong, as <c>errors.data</c> tells it.</summary>
    public JsonArray Errors { get; } = [];

    /// <summary>Reads all.</summary>
    public async Task ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file);
        for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line && Errors.Count < MostErrors; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (Lines.Count == MostLines)
            {
                Complain("too_many_requests", number, null, $"A batch has at most {MostLines} requests; send the rest in another.");
                return;
            }
            Read(line, number);
        }
        if (Lines.Count == 0 && Errors.Count == 0)
            Complain("empty_file", null, null, "The file holds no request.");
    }

    private void Read(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_strict);
            var request = document.RootElement;
            if (request.ValueKind != JsonValueKind.Object)
                Complain("invalid_json_line", number, null, "The line is no JSON object.");
            else if (Text(request, "custom_id") is not { Length: > 0 and <= MostIdCharacters } id)
                Complain("missing_required_parameter", number, "custom_id", $"'custom_id' must be a string of 1 to {MostIdCharacters} characters.");
            else if (Text(request, "method") != "POST")
                Complain("invalid_method", number, "method", "'method' must be POST.");
            else if (Text(request, "url") != endpoint)
                Complain("invalid_url", number, "url", $"'url' must be the batch's endpoint, {endpoint}.");
            else if (!request.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.Object)
                Complain("missing_required_parameter", number, "body", "'body' must be an object.");
            else if (IsTrue(body, "stream") || IsTrue(body, "background"))
                Complain("invalid_value", number, "body", "A request of a batch can neither be streamed nor made in the background.");
            else if (!_ids.Add(id))
                Complain("duplicate_custom_id", number, "custom_id", "'custom_id' names another request of this batch already.");
            else
                Lines.Add(new BatchLine(number, id, body.GetRawText()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Complain("invalid_json_line", number, null, $"The line is no valid JSON: {e.Message}");
        }
    }

    private static string? Text(JsonElement request, string name) => request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private void Complain(string code, int? line, string? param, string message) =>
        Errors.Add((JsonNode)new JsonObject { ["code"] = code, ["line"] = line, ["message"] = message, ["param"] = param });
}
