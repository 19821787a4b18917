using System.IO.Enumeration;

namespace Freehold.Catalog.Names;

/// <summary>A name that stands for a model: <c>fast</c>, or with <c>*</c> for any characters, <c>claude-*</c>.</summary>
/// <param name="Name">The name or pattern.</param>
/// <param name="Model">The model's own name.</param>
public sealed record ModelAlias(string Name, string Model)
{
    /// <summary>Whether it is a pattern.</summary>
    public bool IsPattern => Name.Contains('*', StringComparison.Ordinal);

    /// <summary>Reads <c>NAME=MODEL</c>.</summary>
    /// <exception cref="CatalogException">It is not of that form.</exception>
    public static ModelAlias Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (name, model) = equals < 0 ? ("", "") : (text[..equals].Trim(), text[(equals + 1)..].Trim());
        return name.Length is > 0 and <= 256 && model.Length > 0 && !name.Any(char.IsControl)
            ? new ModelAlias(name, model)
            : throw CatalogException.Usage($"'{SafeFileName.Printable(text)}' is no alias; write NAME=MODEL, such as default=SmolLM2-135M-Instruct-Q4_1 or 'claude-*=SmolLM2-135M-Instruct-Q4_1'");
    }

    internal bool Fits(string name) => IsPattern ? FileSystemName.MatchesSimpleExpression(Escaped(Name), name, ignoreCase: true) : Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    // Only '*' means anything here.
    private static string Escaped(string pattern) => pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);
}

/// <summary>An owner's aliases, in order. A name without <c>*</c> goes before every pattern; among equals the first that fits.</summary>
public sealed class ModelAliases(IReadOnlyList<ModelAlias> aliases)
{
    /// <summary>All, in order.</summary>
    public IReadOnlyList<ModelAlias> All { get; } = aliases;

    /// <summary>The alias that a name means; null for none.</summary>
    public ModelAlias? Find(string name) =>
        All.FirstOrDefault(alias => !alias.IsPattern && alias.Fits(name)) ?? All.FirstOrDefault(alias => alias.IsPattern && alias.Fits(name));
}
