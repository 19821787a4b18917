using Freehold.Kernels.Products;
using Freehold.Models.Files.Gguf;

namespace Freehold.Models.Files;

/// <summary>
/// A GGUF file (version 2 or 3, little-endian), memory-mapped: tensors are read in place and never copied. A file with no tensors (a vocabulary)
/// opens too. Of a split model any part opens all. A file that another process shrinks while it is open ends this process (SIGBUS): replace model
/// files by renaming.
/// </summary>
public sealed unsafe class GgufFile : IModelSource
{
    private readonly List<MappedFile> _parts;
    private readonly Dictionary<string, MappedTensor> _tensors;
    private readonly TensorInfo[] _infos;
    private bool _disposed;

    private GgufFile(string origin, Dictionary<string, object> values, List<MappedFile> parts, Dictionary<string, MappedTensor> tensors, TensorInfo[] infos)
    {
        Origin = origin;
        Metadata = new ModelMetadata(new MetadataValues(values));
        _parts = parts;
        _tensors = tensors;
        _infos = infos;
    }

    private readonly record struct MappedTensor(TensorInfo Info, MappedFile Part, long Offset);

    /// <inheritdoc/>
    public string Origin { get; }

    /// <inheritdoc/>
    public string Stamp => string.Join(", ", _parts.Select(part => part.Stamp));

    /// <inheritdoc/>
    public ModelMetadata Metadata { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<TensorInfo> Tensors => _infos;

    /// <summary>Bytes mapped, all parts together.</summary>
    public long MappedBytes => _parts.Sum(part => part.Length);

    /// <summary>Opens a file; of a split model (<c>name-00001-of-00003.gguf</c>) any part opens all.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, hostile, truncated or of a kind that is not read, or a part is missing.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(path, [MappedFile.Open(path)], path);
    }

    /// <summary>Opens a model that lies inside another file, e.g. behind an executable.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where the model begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="ModelFormatException">As for <see cref="Open(string)"/>, or it is one part of a split model.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static GgufFile Open(string path, long offset, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load($"{path}[{offset}..{offset + length}]", [MappedFile.Open(path, offset, length)], null);
    }

    /// <inheritdoc/>
    public bool TryGetMatrix(string name, out WeightMatrix matrix)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            matrix = null!;
            return false;
        }
        var columns = (int)tensor.Info.Shape[0];
        long rows = 1;
        for (var d = 1; d < tensor.Info.Shape.Count; d++)
            rows *= tensor.Info.Shape[d];
        matrix = new WeightMatrix(tensor.Info.Type, (int)rows, columns, tensor.Part.Start + tensor.Offset, this);
        return true;
    }

    /// <summary>Unmaps the file; matrices taken from it must no longer be used.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var part in _parts)
            part.Dispose();
    }

    /// <param name="origin">For messages.</param>
    /// <param name="parts">The part opened; the others are added. All are disposed when this fails.</param>
    /// <param name="path">Where the other parts of a split model are looked for; null when there can be none.</param>
    private static GgufFile Load(string origin, List<MappedFile> parts, string? path)
    {
        try
        {
            var header = GgufHeader.Parse(parts[0].Start, parts[0].Length, origin);
            var headers = GgufSplit.OpenOthers(header, parts, origin, path);
            var tensors = new Dictionary<string, MappedTensor>(StringComparer.Ordinal);
            var infos = new List<TensorInfo>();
            for (var i = 0; i < headers.Count; i++)
            {
                foreach (var (info, offset) in headers[i].Tensors)
                {
                    if (!tensors.TryAdd(info.Name, new MappedTensor(info, parts[i], headers[i].DataOffset + offset)))
                        throw new ModelFormatException($"{origin}: the tensor '{info.Name}' is in more than one part of the split model");
                    infos.Add(info);
                }
            }
            GgufSplit.CheckTensorCount(headers[0], infos.Count, origin);
            return new GgufFile(origin, headers[0].Values, parts, tensors, [.. infos]);
        }
        catch
        {
            foreach (var part in parts)
                part.Dispose();
            throw;
        }
    }
}
