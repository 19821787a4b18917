using Freehold.Catalog.Names;

namespace Freehold.Catalog.Sources;

/// <summary>A model file in a listing: one GGUF, or all parts of a split.</summary>
/// <param name="Stem">Its name without ending and part numbers, folder included.</param>
/// <param name="Paths">Its files, in order.</param>
/// <param name="Bytes">All of them.</param>
internal sealed record GgufVariant(string Stem, IReadOnlyList<string> Paths, long Bytes)
{
    public string? Quantisation => Names.Quantisation.FromFileName(Path.GetFileName(Stem));

    /// <summary>The stem without its folder.</summary>
    public string FileStem => Stem[(Stem.LastIndexOf('/') + 1)..];
}

/// <summary>Chooses a GGUF when a person named none. A rule by model, never by machine, so that two machines get the same.</summary>
internal static class GgufChoice
{
    /// <summary>Up to here a model loses nothing worth its room: 8 bits are taken.</summary>
    public const long SmallBytes = 2_000_000_000;

    private static readonly string[] Order =
    [
        "Q4_K_M", "Q4_K_L", "Q4_K_S", "Q5_K_M", "Q5_K_S", "Q4_1", "Q4_0", "IQ4_XS", "IQ4_NL", "MXFP4", "MXFP4_MOE", "Q5_1", "Q5_0", "Q6_K", "Q8_0", "Q3_K_L", "Q3_K_M", "Q3_K_S", "Q2_K",
        "BF16", "F16", "FP16", "F32", "FP32",
    ];

    /// <summary>Groups a listing's GGUF files into variants; projectors and calibration data are no models.</summary>
    public static IReadOnlyList<GgufVariant> Variants(IEnumerable<(string Path, long Size)> files)
    {
        var groups = new SortedDictionary<string, List<(string Path, long Size)>>(StringComparer.Ordinal);
        foreach (var file in files.Where(f => f.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)))
        {
            var name = Path.GetFileName(file.Path);
            if (name.StartsWith("mmproj", StringComparison.OrdinalIgnoreCase) || name.Contains("imatrix", StringComparison.OrdinalIgnoreCase))
                continue;
            var key = SplitName.TryParse(file.Path) is { } split ? split.Part(1) : file.Path;
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = [];
            group.Add(file);
        }
        return [.. groups.Select(g => new GgufVariant(SplitName.Stem(g.Key), [.. g.Value.Select(f => f.Path).Order(StringComparer.Ordinal)], g.Value.Sum(f => f.Size)))
            .Where(v => SplitName.TryParse(v.Paths[0]) is not { } s || s.Count == v.Paths.Count)];
    }

    /// <summary>Chooses one and says why.</summary>
    public static (GgufVariant Variant, string Why) Choose(IReadOnlyList<GgufVariant> variants)
    {
        if (variants.Count == 1)
            return (variants[0], "it is the only GGUF there");
        var eight = variants.FirstOrDefault(v => v.Quantisation == "Q8_0");
        if (eight is { Bytes: <= SmallBytes })
            return (eight, $"small models lose most by being quantised further, and at 8 bits it is {ByteSize.Text(eight.Bytes)} (under {ByteSize.Text(SmallBytes)})");
        foreach (var quantisation in Order)
        {
            if (variants.FirstOrDefault(v => v.Quantisation == quantisation) is { } found)
                return (found, quantisation == "Q4_K_M" ? "Q4_K_M is the usual balance of size and quality" : $"there is no Q4_K_M, and of what is there {quantisation} comes nearest");
        }
        return (variants[0], "no file's name says how it is quantised; it is the first");
    }

    /// <summary>Finds what a person named: a path, a file's name with or without ending, or a quantisation.</summary>
    /// <exception cref="CatalogException">There is no such file, or several.</exception>
    public static GgufVariant Find(IReadOnlyList<GgufVariant> variants, string wanted, string repository)
    {
        Func<GgufVariant, bool>[] readings =
        [
            v => v.Paths.Contains(wanted, StringComparer.OrdinalIgnoreCase),
            v => v.Stem.Equals(wanted, StringComparison.OrdinalIgnoreCase),
            v => v.FileStem.Equals(SplitName.Stem(wanted), StringComparison.OrdinalIgnoreCase),
            v => wanted.Equals(v.Quantisation, StringComparison.OrdinalIgnoreCase),
        ];
        foreach (var reading in readings)
        {
            var found = variants.Where(reading).ToList();
            if (found.Count == 1)
                return found[0];
            if (found.Count > 1)
                throw CatalogException.Usage($"'{SafeFileName.Printable(wanted)}' is said of {found.Count} files of {repository}: {string.Join(", ", found.Take(6).Select(f => f.Paths[0]))}; name one of them");
        }
        throw CatalogException.NotFound($"{repository} has no '{SafeFileName.Printable(wanted)}'; it has {(variants.Count == 0 ? "no GGUF" : string.Join(", ", variants.Take(12).Select(v => v.Quantisation ?? v.FileStem)))}{(variants.Count > 12 ? ", …" : "")}");
    }
}
