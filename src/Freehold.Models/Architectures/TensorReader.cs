using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;

namespace Freehold.Models.Architectures;

/// <summary>Takes tensors by name, checks their shapes, and keeps account of what was taken, so that a tensor nobody reads is noticed.</summary>
internal sealed unsafe class TensorReader(IModelSource source, Workspace? workspace)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public IModelSource Source => source;

    /// <summary>Bytes of all tensors taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>A reader whose vectors live in <paramref name="work"/>; what was taken stays taken.</summary>
    public TensorReader With(Workspace work)
    {
        var reader = new TensorReader(source, work) { Bytes = Bytes };
        reader._taken.UnionWith(_taken);
        return reader;
    }

    /// <summary>Whether the file has the tensor.</summary>
    public bool Has(string name) => source.TryGetMatrix(name, out _);

    /// <summary>A matrix that must be there in this shape; <paramref name="rows"/> 0 takes any number of rows.</summary>
    /// <exception cref="ModelFormatException">It is missing or of another shape.</exception>
    public WeightMatrix Matrix(string name, int rows, int columns)
    {
        if (!source.TryGetMatrix(name, out var matrix))
            throw new ModelFormatException($"{source.Origin} has no tensor '{name}'; the file is incomplete or its architecture is a variant this engine does not know");
        if (matrix.Columns != columns || rows != 0 && matrix.Rows != rows)
            throw new ModelFormatException($"{source.Origin}: tensor '{name}' is {matrix.Rows} x {matrix.Columns}; {(rows == 0 ? "any" : rows)} x {columns} was expected from the metadata");
        if (_taken.Add(name))
            Bytes += matrix.Bytes;
        return matrix;
    }

    /// <summary>A vector of floats that must be there.</summary>
    public float* Vector(string name, int length)
    {
        var matrix = Matrix(name, 1, length);
        if (matrix.Type == TensorType.F32 && (nint)matrix.Data % sizeof(float) == 0)
            return (float*)matrix.Data;
        var copy = (workspace ?? throw new InvalidOperationException("vectors are read after the workspace is made")).Allocate(length);
        Dequantise.Row(matrix.Type, matrix.Data, copy, length);
        return copy;
    }

    /// <summary>A vector, or null where the file has none.</summary>
    public float* VectorOrNull(string name, int length) => Has(name) ? Vector(name, length) : null;

    /// <summary>A short vector as an array; empty where the file has none.</summary>
    public float[] ValuesOrEmpty(string name, int length)
    {
        if (!Has(name))
            return [];
        var matrix = Matrix(name, 1, length);
        var values = new float[length];
        fixed (float* target = values)
            Dequantise.Row(matrix.Type, matrix.Data, target, length);
        return values;
    }

    /// <summary>Marks a tensor as known although it is not read.</summary>
    public void Ignore(string name) => _taken.Add(name);

    /// <summary>Refuses a file with tensors that nothing read: computing without them would give wrong answers.</summary>
    public void RequireAllTaken()
    {
        var left = source.Tensors.Where(tensor => !_taken.Contains(tensor.Name)).Select(tensor => tensor.Name).Order(StringComparer.Ordinal).ToList();
        if (left.Count > 0)
            throw ModelFormatException.Unsupported(
                $"{source.Origin} has {left.Count} tensors that architecture '{source.Metadata.Architecture}' does not use here ({string.Join(", ", left.Take(3))}{(left.Count > 3 ? ", ..." : "")}); "
                + "it is a variant this engine does not know, and answers without them would be wrong");
    }
}
