using System.Text.Json;
using System.Xml.Linq;

namespace Freehold.Inventory;

/// <summary>The inventory cannot be made; the message says what is missing.</summary>
internal sealed class InventoryException(string message) : Exception(message);

/// <summary>A package that is inside the published program.</summary>
/// <param name="Name">Its name on NuGet.</param>
/// <param name="Version">Its version.</param>
/// <param name="Licence">Its licence's SPDX expression.</param>
/// <param name="Copyright">Whose it is.</param>
/// <param name="Address">Its project's page, or null.</param>
/// <param name="Sha512">SHA-512 of the package, in hexadecimal digits.</param>
/// <param name="Texts">Licence and notice files it brings, with their content.</param>
/// <param name="Needs">Names of packages it needs.</param>
internal sealed record Package(
    string Name, string Version, string Licence, string Copyright, string? Address, string Sha512, IReadOnlyList<(string File, string Text)> Texts, IReadOnlyList<string> Needs)
{
    /// <summary>Its package URL (purl specification, type nuget).</summary>
    public string Purl => $"pkg:nuget/{Name}@{Version}";
}

/// <summary>Reads which packages a program was published with: its <c>.deps.json</c> says names and versions, the packages' own <c>.nuspec</c> the rest.</summary>
internal static class PublishedPackages
{
    private const string RuntimePack = "runtimepack.";
    private static readonly string[] TextFiles = ["LICENSE", "NOTICE", "THIRD-PARTY", "THIRDPARTY", "COPYING"];

    /// <summary>Reads them, by name.</summary>
    /// <param name="depsPath">The <c>.deps.json</c> of the publishing.</param>
    /// <param name="packages">NuGet's folder of unpacked packages.</param>
    /// <exception cref="InventoryException">A package is not there or does not say its licence.</exception>
    public static (string Version, IReadOnlyList<Package> Packages) Read(string depsPath, string packages)
    {
        using var deps = JsonDocument.Parse(File.ReadAllBytes(depsPath));
        var target = deps.RootElement.GetProperty("targets").GetProperty(deps.RootElement.GetProperty("runtimeTarget").GetProperty("name").GetString()!);
        var version = "0";
        var found = new List<Package>();
        foreach (var library in deps.RootElement.GetProperty("libraries").EnumerateObject())
        {
            var slash = library.Name.IndexOf('/', StringComparison.Ordinal);
            var (name, its) = (library.Name[..slash], library.Name[(slash + 1)..]);
            var type = library.Value.GetProperty("type").GetString();
            if (type == "project" && name == "freehold")
                version = its;
            if (type is not ("package" or "runtimepack"))
                continue;
            if (name.StartsWith(RuntimePack, StringComparison.Ordinal))
                name = name[RuntimePack.Length..];
            string[] needs = target.TryGetProperty(library.Name, out var entry) && entry.TryGetProperty("dependencies", out var list) ? [.. list.EnumerateObject().Select(d => d.Name)] : [];
            found.Add(Describe(name, its, Path.Combine(packages, name.ToLowerInvariant(), its.ToLowerInvariant()), needs));
        }
        return (version, [.. found.OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)]);
    }

    private static Package Describe(string name, string version, string folder, IReadOnlyList<string> needs)
    {
        var nuspec = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.nuspec").FirstOrDefault() : null;
        if (nuspec is null)
            throw new InventoryException($"{name} {version} is not unpacked in {folder}; restore first");
        var metadata = XDocument.Load(nuspec).Root!.Elements().First(e => e.Name.LocalName == "metadata");
        string? Value(string element) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == element)?.Value.Trim() is { Length: > 0 } text ? text : null;

        var licence = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license" && (string?)e.Attribute("type") == "expression")?.Value.Trim()
            ?? throw new InventoryException($"{name} {version} names its licence by no SPDX expression; read its licence and write it down in Freehold.Inventory");
        var hash = Directory.EnumerateFiles(folder, "*.nupkg.sha512").FirstOrDefault() is { } path
            ? Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(path).Trim()))
            : throw new InventoryException($"{name} {version} has no .nupkg.sha512 in {folder}");
        var texts = Directory.EnumerateFiles(folder)
            .Where(f => TextFiles.Any(t => Path.GetFileName(f).StartsWith(t, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(f => f, StringComparer.Ordinal)
            .Select(f => (Path.GetFileName(f), File.ReadAllText(f).ReplaceLineEndings("\n")));
        return new Package(name, version, licence, Value("copyright") ?? Value("authors") ?? "its authors", Value("projectUrl"), hash, [.. texts], needs);
    }
}
