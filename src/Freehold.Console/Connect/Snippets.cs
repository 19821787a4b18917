using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Freehold.Pages.Connect;

/// <summary>How one client is pointed at this server.</summary>
/// <param name="Id">A short name, unique.</param>
/// <param name="Client">What people call the client.</param>
/// <param name="Group">The heading it stands under.</param>
/// <param name="Title">What this piece is, e.g. a file's name.</param>
/// <param name="Language">How it is written: <c>bash</c>, <c>python</c>, <c>javascript</c>, <c>csharp</c>, <c>toml</c>, <c>json</c>.</param>
/// <param name="Text">The lines, with <c>{{url}}</c>, <c>{{model}}</c>, <c>{{context}}</c>, <c>{{answer}}</c> and <c>{{key}}</c> to be filled in; one that has <c>{{if key}}</c> stands only where the server asks for a key.</param>
/// <param name="Note">What else must be known, or null.</param>
/// <param name="Needs">What the model must be able to do: <c>chat</c> or <c>embeddings</c>.</param>
public sealed record Snippet(string Id, string Client, string Group, string Title, string Language, IReadOnlyList<string> Text, string? Note, string Needs)
{
    private const string IfKey = "{{if key}}";

    /// <summary>The text for a server and a model.</summary>
    public string For(SnippetTarget target) =>
        string.Concat(Text.Where(line => target.Keyed || !line.Contains(IfKey, StringComparison.Ordinal)).Select(line => Fill(line, target) + "\n"));

    /// <summary>The note for them.</summary>
    public string? NoteFor(SnippetTarget target) => Note is null ? null : Fill(Note, target);

    private string Fill(string line, SnippetTarget target) => line
        .Replace(IfKey, "", StringComparison.Ordinal)
        .Replace("{{url}}", target.Url, StringComparison.Ordinal)
        .Replace("{{context}}", target.Context.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{{answer}}", (target.Context / 4).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{{key}}", KeyIn(target.Keyed), StringComparison.Ordinal)
        .Replace("{{model}}", NameIn(target.Model), StringComparison.Ordinal);

    // A model is named as its file is, and a file's name may have quotes. In a shell the name stands between single ones.
    private string NameIn(string model)
    {
        var quoted = JsonEncodedText.Encode(model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return Language == "bash" ? quoted.Replace("'", "'\\''", StringComparison.Ordinal) : quoted;
    }

    // What reads the environment differs; without a key any word does, since clients insist on one.
    private string KeyIn(bool keyed) => (Language, keyed) switch
    {
        ("bash", true) => "$FREEHOLD_API_KEY",
        ("bash", false) => "none",
        (_, false) => "\"none\"",
        ("python", _) => "os.environ[\"FREEHOLD_API_KEY\"]",
        ("javascript", _) => "process.env.FREEHOLD_API_KEY",
        ("csharp", _) => "Environment.GetEnvironmentVariable(\"FREEHOLD_API_KEY\")!",
        ("json", _) => "\"{env:FREEHOLD_API_KEY}\"",
        _ => "",
    };
}

/// <summary>What snippets are filled with.</summary>
/// <param name="Url">The server's address, without a slash at its end.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Context">Tokens of its context.</param>
/// <param name="Keyed">Whether the server asks for a key; the key itself stays a variable of the environment.</param>
public sealed record SnippetTarget(string Url, string Model, int Context, bool Keyed);

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
