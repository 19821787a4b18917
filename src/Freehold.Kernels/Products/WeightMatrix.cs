using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products;

/// <summary>
/// A matrix of weights as a model file stores it: <see cref="Rows"/> outputs by <see cref="Columns"/> inputs, row-major,
/// each row a whole number of blocks. The memory belongs to the model file (usually a mapping) and is only read.
/// </summary>
public sealed unsafe class WeightMatrix
{
    /// <summary>Describes a matrix in memory that <paramref name="owner"/> keeps alive.</summary>
    /// <param name="type">Block format.</param>
    /// <param name="rows">Outputs, at least 1.</param>
    /// <param name="columns">Inputs, a multiple of the format's block length.</param>
    /// <param name="data">First byte of row 0.</param>
    /// <param name="owner">Kept referenced for as long as this matrix lives.</param>
    /// <exception cref="ArgumentException">The columns are not a whole number of blocks.</exception>
    public WeightMatrix(TensorType type, int rows, int columns, byte* data, object? owner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        Format = BlockFormat.Of(type);
        Rows = rows;
        Columns = columns;
        RowBytes = Format.RowBytes(columns);
        Data = data;
        Owner = owner;
    }

    /// <summary>The block format.</summary>
    public BlockFormat Format { get; }

    /// <summary>The storage type.</summary>
    public TensorType Type => Format.Type;

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes { get; }

    /// <summary>First byte of row 0.</summary>
    public byte* Data { get; }

    /// <summary>What keeps <see cref="Data"/> alive.</summary>
    public object? Owner { get; }

    /// <summary>The same values as panels, where they were packed: products then read these, and look-ups still <see cref="Data"/>.</summary>
    public PackedMatrix? Packed { get; private set; }

    /// <summary>Gives the matrix its panels, at any time: products before and after have the same bits.</summary>
    public void Use(PackedMatrix packed) => Packed = packed;

    /// <summary>What products multiply by in place of the stored values, where an owner asked for loss.</summary>
    public LossyMatrix? Lossy { get; private set; }

    /// <summary>Makes products multiply by other values: before the first product, since their bits change.</summary>
    public void Use(LossyMatrix lossy) => Lossy = lossy;

    /// <summary>All bytes of the matrix.</summary>
    public long Bytes => RowBytes * Rows;

    /// <summary>First byte of a row.</summary>
    public byte* Row(int row) => Data + row * RowBytes;

    /// <summary>The matrix of <paramref name="count"/> rows from <paramref name="first"/>: fused tensors (phi3's qkv) are cut this way.</summary>
    public WeightMatrix Slice(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - first);
        return new WeightMatrix(Type, count, Columns, Row(first), Owner);
    }
}
