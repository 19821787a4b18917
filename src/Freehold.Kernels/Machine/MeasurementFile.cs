using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Freehold.Kernels.Machine;

/// <summary>A measurement as JSON in a folder, under a name made of what was measured. Where it cannot be read or kept, it is taken again.</summary>
/// <param name="folder">Where the file lies; made when it is first written.</param>
/// <param name="identity">What tells this measurement from others. The name is a hash of it, so what is kept names it too, for the reader to compare.</param>
public sealed class MeasurementFile(string folder, string identity)
{
    /// <summary>How long what others disturbed serves before it is measured again: on a busy machine each load would spend half a second on one more.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);

    private readonly string _file = Path.Combine(folder, Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(identity)))[..16] + ".json");

    /// <summary>What is kept; null where there is none that can be read.</summary>
    public T? Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return File.Exists(_file) ? JsonSerializer.Deserialize(File.ReadAllBytes(_file), type) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What is kept, read by hand; null where there is none that can be read. For what every start reads: the serialiser's own start takes ten times as long.</summary>
    public T? Read<T>(Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            if (!File.Exists(_file))
                return null;
            using var document = JsonDocument.Parse(File.ReadAllBytes(_file));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Keeps a measurement; readers see the old one or the new. False where the folder cannot be written.</summary>
    public bool TryWrite<T>(T kept, JsonTypeInfo<T> type)
    {
        var temporary = $"{_file}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(kept, type));
            File.Move(temporary, _file, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
