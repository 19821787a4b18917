using System.Text.Json;
using System.Text.Json.Serialization;

namespace Freehold.Catalog;

/// <summary>The catalogue's keys in <c>config.json</c>; unknown keys are kept apart, for <c>freehold config</c> to name.</summary>
internal sealed record CatalogConfig
{
    [JsonPropertyName("mirror")]
    public string? Mirror { get; init; }

    [JsonPropertyName("hf_endpoint")]
    public string? HuggingFaceEndpoint { get; init; }

    [JsonPropertyName("models")]
    public string[]? Models { get; init; }

    [JsonPropertyName("offline")]
    public bool Offline { get; init; }

    /// <summary>Keys that mean nothing here: those of newer versions, and slips of the pen.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    public static CatalogConfig Read(string path)
    {
        try
        {
            // Asked first: most users have none, and an exception takes longer than all else that a start reads. -1 says it is not there; what else is wrong is thrown.
            if (new FileInfo(path).Attributes == (FileAttributes)(-1))
                return new CatalogConfig();
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), CatalogJson.Default.CatalogConfig) ?? new CatalogConfig();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new CatalogConfig();
        }
        catch (JsonException e)
        {
            throw CatalogException.Usage($"{path} is no valid configuration: {e.Message} Mend or remove it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CatalogException.Failed($"{path} cannot be read: {e.Message}", e);
        }
    }
}
