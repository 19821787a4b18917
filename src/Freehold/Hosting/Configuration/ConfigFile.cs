using System.Text.Json;
using Freehold.Commands;

namespace Freehold.Hosting.Configuration;

/// <summary>The keys of <c>config.json</c>, for whoever knows what they mean.</summary>
/// <param name="Path">The file, for messages.</param>
internal sealed record ConfigFile(string Path)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>What it holds; nothing where there is no file.</summary>
    public IReadOnlyDictionary<string, JsonElement> Keys { get; private init; } = new Dictionary<string, JsonElement>();

    /// <summary>Reads it; a key that occurs twice has its last value.</summary>
    /// <exception cref="CommandException">It is no JSON (2) or cannot be read (1).</exception>
    public static ConfigFile Read(string path)
    {
        try
        {
            // Asked first: most users have none, and an exception takes longer than all else that a start reads. -1 says it is not there; what else is wrong is thrown.
            if (new FileInfo(path).Attributes == (FileAttributes)(-1))
                return new ConfigFile(path);
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ConfigFile(path) { Keys = document.RootElement.EnumerateObject().GroupBy(member => member.Name).ToDictionary(same => same.Key, same => same.Last().Value.Clone()) }
                : throw CommandException.Usage($"{path} is no valid configuration: it must hold an object. Mend or remove it");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ConfigFile(path);
        }
        catch (JsonException e)
        {
            throw CommandException.Usage($"{path} is no valid configuration: {e.Message} Mend or remove it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
