using System.Globalization;
using System.Text.RegularExpressions;

namespace Freehold.Models.Files.Gguf;

/// <summary>
/// Models split into several files (llama.cpp, <c>gguf-split</c>): each part is a GGUF file of its own with <c>split.no</c>,
/// <c>split.count</c> and <c>split.tensors.count</c>; the first holds the model's metadata.
/// </summary>
internal static partial class GgufSplit
{
    private const int MaxParts = 1024;

    /// <summary>Opens the other parts of a split model and puts all of them in order; a model that is not split stays alone.</summary>
    /// <param name="opened">The header of the part that was opened.</param>
    /// <param name="parts">Holds its mapping; in the end all mappings, in order. What is in it is the caller's to dispose.</param>
    /// <param name="origin">For messages.</param>
    /// <param name="path">Its path; null when it lies inside another file.</param>
    /// <returns>The parts' headers, in order.</returns>
    public static unsafe List<GgufHeader> OpenOthers(GgufHeader opened, List<MappedFile> parts, string origin, string? path)
    {
        var count = Find(opened, "split.count", 1, origin);
        if (count <= 1)
            return [opened];
        if (count > MaxParts)
            throw new ModelFormatException($"{origin}: 'split.count' is {count}; at most {MaxParts} parts are read");
        var own = Find(opened, "split.no", -1, origin);
        if (own < 0 || own >= count)
            throw new ModelFormatException($"{origin}: 'split.no' is {own} of {count} parts; 0 to {count - 1} were expected");
        var names = NamesOf(path, own, count, origin);
        var missing = names.Where(name => !File.Exists(name)).Select(Path.GetFileName).ToArray();
        if (missing.Length > 0)
            throw new ModelFormatException($"{origin}: the model is split into {count} parts and {missing.Length} are missing beside it: {string.Join(", ", missing)}");

        var headers = new List<GgufHeader>(count);
        var first = parts[0];
        for (var i = 0; i < count; i++)
        {
            if (i == own)
            {
                parts.Remove(first);
                parts.Add(first);
                headers.Add(opened);
                continue;
            }
            var part = MappedFile.Open(names[i]);
            parts.Add(part);
            var header = GgufHeader.Parse(part.Start, part.Length, names[i]);
            var (no, of) = (Find(header, "split.no", -1, names[i]), Find(header, "split.count", 1, names[i]));
            if (no != i || of != count)
                throw new ModelFormatException($"{names[i]}: it says it is part {no + 1} of {of}; part {i + 1} of {count} was expected");
            headers.Add(header);
        }
        // The opened part was first in the list; the loop moved it behind those before it, so the order is now the parts' order.
        return headers;
    }

    /// <summary>Compares the tensors found with what the first part says the whole model has.</summary>
    public static void CheckTensorCount(GgufHeader first, int found, string origin)
    {
        var expected = Find(first, "split.tensors.count", found, origin);
        if (expected != found)
            throw new ModelFormatException($"{origin}: the split model has {found} tensors; 'split.tensors.count' says {expected}");
    }

    private static string[] NamesOf(string? path, int own, int count, string origin)
    {
        if (path is null)
            throw ModelFormatException.Unsupported($"{origin}: this is part {own + 1} of {count} of a split model; inside another file only whole models are read: merge the parts first");
        var match = PartName().Match(Path.GetFileName(path));
        if (!match.Success || Number(match, 2) != own + 1 || Number(match, 3) != count)
            throw new ModelFormatException(
                $"{origin}: this is part {own + 1} of {count} of a split model and must be named like 'name-{own + 1:D5}-of-{count:D5}.gguf' for the others to be found");
        var folder = Path.GetDirectoryName(path) ?? "";
        return [.. Enumerable.Range(1, count).Select(i =>
            Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}-{i:D5}-of-{count:D5}.gguf")))];
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static int Find(GgufHeader header, string key, int otherwise, string origin) =>
        !header.Values.TryGetValue(key, out var value) ? otherwise
        : value switch
        {
            ushort v => v,
            short v => v,
            int v => v,
            uint v when v <= int.MaxValue => (int)v,
            ulong v when v <= int.MaxValue => (int)v,
            _ => throw new ModelFormatException($"{origin}: '{key}' is {value}; a whole number was expected"),
        };

    [GeneratedRegex(@"^(.*)-(\d{5})-of-(\d{5})\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex PartName();
}
