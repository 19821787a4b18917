using System.Buffers;

namespace Freehold.Catalog.Names;

/// <summary>
/// Decides whether a name or relative path that came from outside (a listing, a manifest, a person) may become a file name here.
/// One rule for all systems, so that a store can move between them: what Windows cannot hold is refused on Linux too.
/// </summary>
internal static class SafeFileName
{
    /// <summary>Longest accepted component, in UTF-16 units.</summary>
    public const int MaxLength = 200;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>:\"/\\|?*");

    // Windows opens the device, not a file, for these names, with or without an extension (Microsoft, "Naming Files, Paths, and Namespaces").
    private static readonly string[] Reserved =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    ];

    /// <summary>Says what is wrong with one component, or null where it may be used.</summary>
    public static string? Fault(ReadOnlySpan<char> component)
    {
        if (component.IsEmpty)
            return "it is empty";
        if (component.Length > MaxLength)
            return $"it is longer than {MaxLength} characters";
        if (component is "." or "..")
            return "it points to another folder";
        if (component.ContainsAny(Forbidden))
            return "it holds one of < > : \" / \\ | ? *";
        foreach (var c in component)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or (>= '\u200e' and <= '\u200f') or (>= '\u202a' and <= '\u202e'))
                return "it holds a control character";
        }
        if (component[^1] is '.' or ' ' || component[0] is ' ')
            return "it begins or ends in a space or ends in a dot";
        var dot = component.IndexOf('.');
        var stem = (dot < 0 ? component : component[..dot]).TrimEnd(' ');
        foreach (var reserved in Reserved)
        {
            if (stem.Equals(reserved, StringComparison.OrdinalIgnoreCase))
                return $"'{reserved}' is a device on Windows";
        }
        return null;
    }

    /// <summary>Says what is wrong with a relative path whose components are separated by '/', or null where it may be used.</summary>
    public static string? PathFault(string path)
    {
        if (path.Length > 1024)
            return "it is longer than 1024 characters";
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (Fault(path.AsSpan()[range]) is { } fault)
                return fault;
        }
        return null;
    }

    /// <summary>Returns the path, or refuses it.</summary>
    /// <exception cref="CatalogException">The path is hostile or no path.</exception>
    public static string RequirePath(string path, string whose) =>
        PathFault(path) is { } fault
            ? throw CatalogException.Refused($"{whose} names a file '{Printable(path)}', which is refused: {fault}")
            : path;

    /// <summary>The text with control characters shown as '?', short enough for a message.</summary>
    public static string Printable(string text)
    {
        var shown = text.Length > 120 ? string.Concat(text.AsSpan(0, 120), "…") : text;
        return string.Create(shown.Length, shown, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
