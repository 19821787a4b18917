namespace Freehold.Models.Templates;

/// <summary>What the owner of the model, not the sender of the request, gives to a rendering. Strings here are trusted: control tokens may form from them.</summary>
public sealed record TemplateSettings
{
    /// <summary>The text of the model's begin-of-sequence token; null leaves <c>bos_token</c> to the input, or undefined.</summary>
    public string? BosToken { get; init; }

    /// <summary>The text of the model's end-of-sequence token; null leaves <c>eos_token</c> to the input, or undefined.</summary>
    public string? EosToken { get; init; }

    /// <summary>Further trusted variables by name, such as <c>pad_token</c> and <c>unk_token</c>.</summary>
    public IReadOnlyDictionary<string, string> OtherTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>The wall-clock time that <c>strftime_now</c> tells; the caller takes it from its <see cref="TimeProvider"/>.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The limits of the rendering; null for those that the template was parsed with.</summary>
    public TemplateLimits? Limits { get; init; }
}
