using System.Text.Json;
using System.Text.Json.Serialization;

namespace Freehold.Pages.Connect;

/// <summary>How one client is pointed at this server.</summary>
/// <param name="Id">A short name, unique.</param>
/// <param name="Client">What people call the client.</param>
/// <param name="Group">The heading it stands under.</param>
/// <param name="Title">What this piece is, e.g. a file's name.</param>
/// <param name="Language">How it is written: <c>bash</c>, <c>python</c>, <c>javascript</c>, <c>csharp</c>, <c>toml</c>, <c>json</c>.</param>
/// <param name="Text">The lines, with <c>{{url}}</c>, <c>{{model}}</c>, <c>{{context}}</c> and <c>{{key}}</c> to be filled in.</param>
/// <param name="Note">What else must be known, or null.</param>
/// <param name="Needs">What the model must be able to do: <c>chat</c> or <c>embeddings</c>.</param>
public sealed record Snippet(string Id, string Client, string Group, string Title, string Language, IReadOnlyList<string> Text, string? Note, string Needs = "chat")
{
    /// <summary>The text for a server and a model.</summary>
    /// <param name="url">The server's address, without a slash at its end.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="context">Tokens of its context.</param>
    /// <param name="keyed">Whether the server asks for a key; the key itself stays a variable of the environment.</param>
    public string For(string url, string model, int context, bool keyed) => string.Join('\n', Text.Select(line => line
        .Replace("{{url}}", url, StringComparison.Ordinal)
        .Replace("{{model}}", model, StringComparison.Ordinal)
        .Replace("{{context}}", context.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{{key}}", KeyIn(keyed), StringComparison.Ordinal))) + "\n";

    // What reads the environment differs; without a key any word does, since clients insist on one.
    private string KeyIn(bool keyed) => (Language, keyed) switch
    {
        (_, false) => Language == "bash" ? "none" : "\"none\"",
        ("bash", _) => "$FREEHOLD_API_KEY",
        ("python", _) => "os.environ[\"FREEHOLD_API_KEY\"]",
        ("javascript", _) => "process.env.FREEHOLD_API_KEY",
        ("csharp", _) => "Environment.GetEnvironmentVariable(\"FREEHOLD_API_KEY\")!",
        ("json", _) => "\"{env:FREEHOLD_API_KEY}\"",
        _ => throw new InvalidOperationException($"no key is known in {Language}"),
    };
}

/// <summary>All of them, as snippets.json has them.</summary>
public sealed record Snippets(IReadOnlyList<Snippet> All)
{
    /// <summary>Reads what this assembly carries.</summary>
    public static Snippets Read()
    {
        using var stream = typeof(Snippets).Assembly.GetManifestResourceStream("snippets.json")!;
        return new Snippets(JsonSerializer.Deserialize(stream, SnippetJson.Default.SnippetArray)!);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Snippet[]))]
internal sealed partial class SnippetJson : JsonSerializerContext;
