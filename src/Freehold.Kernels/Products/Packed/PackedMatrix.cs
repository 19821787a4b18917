using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Products.Packed;

/// <summary>A matrix's panels in memory: the file's own values in the order in which products read them. Products with it have the bits of products without.</summary>
public sealed unsafe class PackedMatrix
{
    private readonly byte* _data;
    private readonly object? _owner;

    private PackedMatrix(PackedFormat format, int rows, int columns, byte* data, object? owner)
    {
        _data = data;
        _owner = owner;
        ValuesAt = format.ValuesAt(columns);
        PanelBytes = format.PanelBytes(columns);
        Bytes = format.MatrixBytes(rows, columns);
    }

    /// <summary>Bytes of all panels.</summary>
    public long Bytes { get; }

    /// <summary>Changes with the bytes of any panel: a cache of another version is of no use.</summary>
    public static int LayoutVersion => PackedFormat.Version;

    /// <summary>Where a panel's values begin, from its first byte.</summary>
    internal long ValuesAt { get; }

    /// <summary>Bytes of a panel.</summary>
    internal long PanelBytes { get; }

    /// <summary>The sixteen outputs from 16 * <paramref name="panel"/>.</summary>
    internal byte* Panel(int panel) => _data + panel * PanelBytes;

    /// <summary>Bytes that a matrix takes when packed; 0 for types that are read as they are (the float types).</summary>
    public static long BytesOf(WeightMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return PackedFormat.TryGet(matrix.Type, out var format) ? format.MatrixBytes(matrix.Rows, matrix.Columns) : 0;
    }

    /// <summary>Panels of a matrix, the last one perhaps not full.</summary>
    public static int PanelsOf(WeightMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return (matrix.Rows + PackedFormat.Outputs - 1) / PackedFormat.Outputs;
    }

    /// <summary>Packs some panels by all workers.</summary>
    /// <param name="matrix">A quantised matrix.</param>
    /// <param name="first">The first panel.</param>
    /// <param name="count">Panels, of the <see cref="PanelsOf"/> that there are.</param>
    /// <param name="to">Takes their part of <see cref="BytesOf"/> bytes; 64-byte aligned.</param>
    /// <param name="workers">Who packs.</param>
    public static void Pack(WeightMatrix matrix, int first, int count, byte* to, WorkerPool workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, PanelsOf(matrix) - first);
        workers.Run(new Packing(matrix, FormatOf(matrix), first, count, to));
    }

    /// <summary>Takes panels that lie in memory already.</summary>
    /// <param name="matrix">The matrix they were packed from.</param>
    /// <param name="data">What <see cref="Pack"/> wrote for it.</param>
    /// <param name="owner">Kept referenced for as long as the result lives.</param>
    public static PackedMatrix At(WeightMatrix matrix, byte* data, object? owner) =>
        new(FormatOf(matrix), matrix.Rows, matrix.Columns, data, owner);

    private static PackedFormat FormatOf(WeightMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return PackedFormat.TryGet(matrix.Type, out var format) ? format : throw new NotSupportedException($"{matrix.Type} is not packed");
    }

    private sealed class Packing(WeightMatrix matrix, PackedFormat format, int first, int count, byte* to) : ParallelWork
    {
        private int _next;

        public override void Run(WorkerPool pool, int worker, int workers)
        {
            for (int panel; (panel = Interlocked.Increment(ref _next) - 1) < count;)
                PanelPacking.Panel(matrix, format, first + panel, to + panel * format.PanelBytes(matrix.Columns));
        }
    }
}
