using Freehold.Catalog.Names;

namespace Freehold.Catalog.Sources;

/// <summary>Where a model is to be pulled from, as a person wrote it.</summary>
public abstract record ModelSource
{
    private ModelSource() { }

    /// <summary>A repository of the Hugging Face hub or of a mirror that speaks its protocol.</summary>
    /// <param name="Repository">Owner and repository.</param>
    /// <param name="Revision">Branch, tag or commit.</param>
    /// <param name="File">A file of it, a quantisation, or null to choose.</param>
    public sealed record Hub(ModelName Repository, string Revision, string? File) : ModelSource;

    /// <summary>A file at any address.</summary>
    /// <param name="Address">http or https.</param>
    public sealed record Web(Uri Address) : ModelSource;

    /// <summary>A file or folder of this machine.</summary>
    /// <param name="Path">Its full path.</param>
    public sealed record Local(string Path) : ModelSource;

    /// <summary>A name in the site's mirror.</summary>
    /// <param name="Name">The name there.</param>
    public sealed record Mirror(ModelName Name) : ModelSource;

    /// <summary>Reads what a person wrote.</summary>
    /// <param name="text"><c>hf:owner/repo[@revision][:file]</c>, an http(s) URL, <c>file:</c> or a path, or a bare name.</param>
    /// <param name="hasMirror">True where a bare name is meant for the mirror; else <c>owner/repo</c> means the hub.</param>
    /// <exception cref="CatalogException">It is none of these.</exception>
    public static ModelSource Parse(string text, bool hasMirror)
    {
        if (text.StartsWith("hf:", StringComparison.OrdinalIgnoreCase))
            return ParseHub(text[3..]);
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return new Web(WebAddress(text));
        if (text.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
            return new Local(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.IsFile ? uri.LocalPath : throw CatalogException.Usage($"'{SafeFileName.Printable(text)}' is no file: address"));
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            return new Local(Path.GetFullPath(text[5..]));
        if (File.Exists(text) || Directory.Exists(text) || Path.IsPathRooted(text) || text.StartsWith('.') || (text.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !text.Contains(':', StringComparison.Ordinal)))
            return new Local(Path.GetFullPath(text));
        if (hasMirror)
            return new Mirror(ModelName.Parse(text));
        if (text.Contains('/', StringComparison.Ordinal))
            return ParseHub(text);
        throw CatalogException.Usage($"'{SafeFileName.Printable(text)}' says not where from; write hf:owner/repo[:file], a URL, or a path, or set FREEHOLD_MIRROR to your site's mirror");
    }

    private static Hub ParseHub(string text)
    {
        var colon = text.IndexOf(':');
        var repository = colon < 0 ? text : text[..colon];
        var file = colon < 0 ? null : text[(colon + 1)..];
        var revision = "main";
        if (repository.IndexOf('@') is >= 0 and var at)
        {
            revision = repository[(at + 1)..];
            repository = repository[..at];
            if (SafeFileName.PathFault(revision) is { } fault)
                throw CatalogException.Usage($"'{SafeFileName.Printable(revision)}' is no revision: {fault}");
        }
        var name = ModelName.Parse(repository);
        if (name.Owner is null)
            throw CatalogException.Usage($"hf:{SafeFileName.Printable(text)} names no owner; write hf:owner/repo[:file]");
        if (file is not null && SafeFileName.PathFault(file) is { } wrong)
            throw CatalogException.Usage($"'{SafeFileName.Printable(file)}' cannot be a file of {name}: {wrong}");
        return new Hub(name, revision, file);
    }

    private static Uri WebAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw CatalogException.Usage($"'{SafeFileName.Printable(text)}' is no URL");
        return uri.UserInfo.Length == 0
            ? uri
            : throw CatalogException.Usage("a URL with a user and password in it is refused: it would be written down with the model. Serve the file without, or download it yourself and use freehold import");
    }
}
