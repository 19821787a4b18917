using System.Diagnostics.CodeAnalysis;

namespace Freehold.Catalog.Names;

/// <summary>
/// A catalogue name: <c>owner/repo:tag</c>, or without owner <c>name:tag</c>. The tag tells variants of one model apart (a quantisation such as
/// <c>Q4_K_M</c>, or a file's name). Case is kept for people and ignored when names are compared.
/// </summary>
public sealed record ModelName
{
    /// <summary>The tag of a model that has only one variant.</summary>
    public const string DefaultTag = "latest";

    private ModelName(string? owner, string repository, string? tag)
    {
        Owner = owner;
        Repository = repository;
        Tag = tag;
    }

    /// <summary>Who publishes it, or null for a name of this machine's own.</summary>
    public string? Owner { get; }

    /// <summary>The model.</summary>
    public string Repository { get; }

    /// <summary>The variant, or null where the name does not say.</summary>
    public string? Tag { get; }

    /// <summary>The name as people write it.</summary>
    public override string ToString() => (Owner is null ? Repository : $"{Owner}/{Repository}") + (Tag is null or DefaultTag ? "" : ":" + Tag);

    /// <summary>The same model with a tag.</summary>
    /// <exception cref="CatalogException">The tag cannot be one.</exception>
    public ModelName WithTag(string tag) => Parse((Owner is null ? Repository : $"{Owner}/{Repository}") + ":" + tag);

    /// <summary>The name with every character a name may hold: others become '-'. For names made from files and URLs.</summary>
    public static ModelName FromFileStem(string stem)
    {
        var letters = stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-').ToArray();
        var name = new string(letters).Trim('-', '.', '_');
        while (name.Contains("..", StringComparison.Ordinal))
            name = name.Replace("..", ".", StringComparison.Ordinal);
        if (name.Length > MaxComponent)
            name = name[..MaxComponent].Trim('-', '.', '_');
        return Parse(SafeFileName.Fault(name) is null ? name : "model-" + name);
    }

    /// <summary>Longest owner, repository or tag, in characters.</summary>
    public const int MaxComponent = 128;

    /// <summary>Reads a name.</summary>
    /// <exception cref="CatalogException">The text cannot be a name; the message says why.</exception>
    public static ModelName Parse(string text) => TryParse(text, out var name, out var fault)
        ? name
        : throw CatalogException.Usage($"'{SafeFileName.Printable(text)}' cannot be a model's name: {fault}; write owner/repo:tag with letters, digits, '.', '_' and '-'");

    /// <summary>Reads a name, or says why it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ModelName? name, [NotNullWhen(false)] out string? fault)
    {
        name = null;
        var colon = text.IndexOf(':');
        var path = colon < 0 ? text : text[..colon];
        var tag = colon < 0 ? null : text[(colon + 1)..];
        var parts = path.Split('/');
        fault = parts.Length > 2 ? "it has more than one '/'" : parts.Select(ComponentFault).FirstOrDefault(f => f is not null);
        if (fault is null && tag is not null)
            fault = ComponentFault(tag);
        if (fault is not null)
            return false;
        name = new ModelName(parts.Length == 2 ? parts[0] : null, parts[^1], tag);
        return true;
    }

    private static string? ComponentFault(string component)
    {
        if (component.Length > MaxComponent)
            return $"a part is longer than {MaxComponent} characters";
        if (SafeFileName.Fault(component) is { } fault)
            return fault;
        foreach (var c in component)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return $"it holds '{c}'";
        }
        if (!char.IsAsciiLetterOrDigit(component[0]))
            return $"a part begins with '{component[0]}'";
        return component.Contains("..", StringComparison.Ordinal) ? "it holds '..'" : null;
    }

    /// <summary>Equal when they differ in case only; a missing tag is the default tag.</summary>
    public bool Equals(ModelName? other) => other is not null && Key.Equals(other.Key, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name in one spelling: lower case, '_' for no owner, always with a tag. It is the manifest's path below <c>manifests/</c>, without its ending.</summary>
    internal string Key => $"{Owner ?? "_"}/{Repository}/{Tag ?? DefaultTag}".ToLowerInvariant();
}
