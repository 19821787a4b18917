using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Files;

namespace Freehold.Models.Packing;

/// <summary>
/// A folder of packed weights: each model's once, found by what it was made of and mapped from then on. It stays below a limit: the longest unused
/// goes first. Whatever stands in the way (no room, no rights), the model runs from its own file, slower, and <see cref="Outcome"/> says why.
/// </summary>
public sealed class PackFolder(string path, Action<PackProgress>? progress = null)
{
    private const string Ending = ".pack";

    // A type or kind of fewer weights is not worth timing kernels for.
    private const double LeastShare = 0.1;

    private IReadOnlyList<TensorType> _types = [];
    private IReadOnlyList<LossyKind> _kinds = [];

    /// <summary>Bytes that all packs together may take; the newest may always stay.</summary>
    public long LimitBytes { get; init; } = 64L << 30;

    /// <summary>Models of fewer bytes are not packed: they fit the caches, which do what packing would.</summary>
    public long SmallestBytes { get; init; } = 8L << 20;

    /// <summary>Bytes that must stay free on the disk.</summary>
    public long ReserveBytes { get; init; } = 2L << 30;

    /// <summary>Whether packs are read into huge pages; null keeps them mapped.</summary>
    public HugePages? HugePages { get; init; }

    /// <summary>Which kernels read the packs; null leaves what is usual.</summary>
    public KernelTuning? Kernels { get; init; }

    /// <summary>What came of the last model, for people.</summary>
    public string Outcome { get; private set; } = "not packed";

    /// <summary>The kernels that were chosen for the last model, for people; empty where there was no choice.</summary>
    public string ChosenKernels { get; private set; } = "";

    /// <summary>The folder.</summary>
    public string Path { get; } = path;

    /// <summary>The packs and their bytes, the longest unused first.</summary>
    public static IReadOnlyList<FileInfo> List(string path) => Directory.Exists(path)
        ? [.. new DirectoryInfo(path).EnumerateFiles("*" + Ending).OrderBy(file => file.LastWriteTimeUtc)]
        : [];

    /// <summary>How a pack's weights were rounded (w8, w4), by its name; null for the file's own values.</summary>
    public static string? LossOf(FileInfo pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        var name = System.IO.Path.GetFileNameWithoutExtension(pack.Name);
        return name.LastIndexOf('-') is >= 0 and var dash ? name[(dash + 1)..] : null;
    }

    /// <summary>Removes all packs, and what a writer that was killed left of one; models that have one mapped keep it until they end.</summary>
    public static (int Files, long Bytes) Clear(string path)
    {
        var packs = List(path);
        var bytes = packs.Sum(pack => pack.Length);
        foreach (var file in Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*" + Ending + "*") : [])
            file.Delete();
        return (packs.Count, bytes);
    }

    /// <summary>Gives matrices their panels, packing them first where that was not done before; null where they stay as they are.</summary>
    internal PackedWeights? Open(IModelSource source, IReadOnlyList<WeightMatrix> matrices, Compute compute)
    {
        var layout = new LosslessLayout();
        (_types, _kinds) = ([], []);
        matrices = [.. matrices.Distinct().Where(matrix => layout.BytesOf(matrix) > 0)];
        if (!compute.ReadsPanels)
        {
            Outcome = $"read from the file as they are by {compute.Isa}";
            return null;
        }
        if (matrices.Sum(layout.BytesOf) < SmallestBytes)
        {
            Outcome = matrices.Count == 0 ? "of floats, read from the file as they are" : "read from the file as they are, being few";
            return null;
        }
        if (PackKey.Of(source, matrices, layout) is not { } key)
        {
            Outcome = "not packed: the source does not say when it changed";
            return null;
        }
        var file = System.IO.Path.Combine(Path, Convert.ToHexStringLower(key) + Ending);
        PackedWeights? mapped;
        var packed = "packed";
        try
        {
            mapped = PackedWeights.TryOpen(file, key, matrices, layout);
            if (mapped is not null)
            {
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow); // as used, for the limit
            }
            else
            {
                Make(file, key, matrices, layout, compute);
                packed = "packed for this CPU";
                mapped = PackedWeights.TryOpen(file, key, matrices, layout);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Outcome = $"not packed: {e.Message} It runs from its own file, slower";
            return null;
        }
        _types = Mostly(matrices, matrix => matrix.Type);
        if (mapped is not null)
            return Place(mapped, file, key, matrices, layout, compute, packed);
        Outcome = $"not packed: {file} was taken away while it was made";
        return null;
    }

    /// <summary>Chooses the kernels for what was packed last.</summary>
    internal void Tune(Compute compute, ActivationBits bits)
    {
        IReadOnlyList<PackedForm> forms = [.. _types.Select(type => PackedForm.Of(type, bits)), .. _kinds.Select(PackedForm.Of)];
        if (Kernels is not null && forms.Count > 0)
            ChosenKernels = Kernels.Apply(compute, forms);
    }

    // The mapping ends before the file is read, or the system would keep both.
    private PackedWeights Place(PackedWeights mapped, string file, byte[] key, IReadOnlyList<WeightMatrix> matrices, PackedLayout layout, Compute compute, string packed)
    {
        var (use, why) = HugePages?.Decide(compute, mapped) ?? (false, null);
        if (use)
        {
            mapped.Dispose();
            if (PackedWeights.TryRead(file, key, matrices, layout, compute.Workers) is { } read)
            {
                Outcome = $"{packed}, {Size(read.Bytes)} read from {file}, {Size(read.HugeBytes)} of it in huge pages: {why}";
                return read;
            }
            why = "reading it into huge pages failed";
            if (PackedWeights.TryOpen(file, key, matrices, layout) is not { } again)
                throw new IOException($"{file} was taken away while it was read; load the model again");
            mapped = again;
        }
        Outcome = $"{packed}, {Size(mapped.Bytes)} mapped from {file}{(why is null ? "" : $": {why}")}";
        return mapped;
    }

    /// <summary>Packs matrices with loss, or finds them so packed, and gives them to the model. Whatever stands in the way is an error.</summary>
    /// <param name="source">The model's files.</param>
    /// <param name="matrices">What products multiply by.</param>
    /// <param name="layout">How they are packed.</param>
    /// <param name="compute">Packs.</param>
    /// <exception cref="PackingException">There is nothing to pack, no room, or no right to write.</exception>
    internal PackedWeights OpenLossy(IModelSource source, IReadOnlyList<WeightMatrix> matrices, LossyLayout layout, Compute compute)
    {
        (_types, _kinds) = ([], []);
        var name = LossyLayout.NameOf(layout.Kind);
        IReadOnlyList<WeightMatrix> all = [.. matrices.Distinct()];
        matrices = [.. all.Where(matrix => layout.BytesOf(matrix) > 0)];
        if (matrices.Count == 0)
            throw new PackingException($"{source.Origin} cannot be packed as {name}: the inputs of none of its matrices are a multiple of 64. Run it without --pack {name}");
        if (PackKey.Of(source, matrices, layout) is not { } key)
            throw new PackingException($"{source.Origin} cannot be packed as {name}: it does not say when it changed, so a pack could not be told from an old one. Run it from a file");
        var file = System.IO.Path.Combine(Path, $"{Convert.ToHexStringLower(key)}-{name}{Ending}");
        try
        {
            var known = PackedWeights.TryOpen(file, key, matrices, layout);
            if (known is not null)
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow); // as used, for the limit
            else
                Make(file, key, matrices, layout, compute);
            var weights = known ?? PackedWeights.TryOpen(file, key, matrices, layout) ?? throw new IOException($"{file} was taken away while it was made.");
            _kinds = Mostly(matrices, layout.KindOf);
            return Place(weights, file, key, matrices, layout, compute, Lossy(name, all, matrices, layout));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackingException($"{source.Origin} cannot be packed as {name}: {e.Message} Make room there or name another folder (FREEHOLD_DATA), or run it without --pack {name}", e);
        }
    }

    private static string Lossy(string name, IReadOnlyList<WeightMatrix> all, IReadOnlyList<WeightMatrix> packed, LossyLayout layout)
    {
        static double Values(WeightMatrix matrix) => (double)matrix.Rows * matrix.Columns;
        var bits = 8 * all.Sum(matrix => (double)(layout.BytesOf(matrix) is > 0 and var bytes ? bytes : matrix.Bytes)) / all.Sum(Values);
        var stay = all.Count == packed.Count ? "" : $", {all.Count - packed.Count} as the file has them";
        var head = packed.Count(matrix => layout.KindOf(matrix) != layout.Kind);
        var other = head == 0 ? "" : $", the output head as {LossyLayout.NameOf(LossyKind.W8)}";
        return FormattableString.Invariant($"packed with loss: {packed.Count - head} matrices as {name}{other}{stay}, {bits:0.00} bits a weight");
    }

    // No grouping by LINQ: each start would compile two dozen methods for it.
    private static IReadOnlyList<T> Mostly<T>(IReadOnlyList<WeightMatrix> matrices, Func<WeightMatrix, T> of)
        where T : struct, Enum
    {
        var least = LeastShare * matrices.Sum(matrix => matrix.Bytes);
        return [.. Enum.GetValues<T>().Where(value => matrices.Sum(matrix => of(matrix).Equals(value) ? matrix.Bytes : 0) > least)];
    }

    private void Make(string file, byte[] key, IReadOnlyList<WeightMatrix> matrices, PackedLayout layout, Compute compute)
    {
        Directory.CreateDirectory(Path);
        var (_, length) = PackedWeights.Plan(matrices, layout);
        Trim(LimitBytes - length);
        var free = new DriveInfo(OperatingSystem.IsWindows() ? System.IO.Path.GetPathRoot(System.IO.Path.GetFullPath(Path))! : Path).AvailableFreeSpace;
        if (free < length + ReserveBytes)
            throw new IOException($"packing takes {Size(length)} in {Path}, where {Size(free)} are free and {Size(ReserveBytes)} must stay so.");
        new PackWriter(layout, compute.Workers, progress).Write(file, key, matrices);
    }

    // A pack in use stays mapped though its name goes, so nobody is harmed.
    private void Trim(long limit)
    {
        var packs = List(Path);
        var total = packs.Sum(pack => pack.Length);
        foreach (var pack in packs)
        {
            if (total <= limit)
                return;
            total -= pack.Length;
            pack.Delete();
        }
    }

    private static string Size(long bytes) => FormattableString.Invariant($"{bytes / (double)(1L << 20):0} MiB");
}
