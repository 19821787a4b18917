using System.Runtime.Intrinsics;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>A matrix packed with loss, in memory (<see cref="LossyFormat"/>). Products with it have other bits than products of the weights it was made from.</summary>
public sealed unsafe class LossyMatrix
{
    private readonly byte* _data;
    private readonly object? _owner;

    private LossyMatrix(LossyFormat format, WeightMatrix matrix, byte* data, object? owner)
    {
        _data = data;
        _owner = owner;
        Format = format;
        PanelBytes = format.PanelBytes(matrix.Columns);
        Bytes = format.MatrixBytes(matrix.Rows, matrix.Columns);
    }

    /// <summary>How it is packed.</summary>
    public LossyKind Kind => Format.Kind;

    /// <summary>Bytes of all panels.</summary>
    public long Bytes { get; }

    /// <summary>Changes with the bytes of any panel: a cache of another version is of no use.</summary>
    public static int LayoutVersion => LossyFormat.Version;

    internal LossyFormat Format { get; }

    internal long PanelBytes { get; }

    /// <summary>The sixteen outputs from 16 * <paramref name="panel"/>.</summary>
    internal byte* Panel(int panel) => _data + panel * PanelBytes;

    /// <summary>Multiplies a panel's sixteen finished chains by their outputs' scales, with which they end.</summary>
    internal void Scale(int panel, float* chains)
    {
        var scales = (float*)Panel(panel);
        for (var o = 0; o < LossyFormat.Outputs; o += 8)
            (Vector256.Load(chains + o) * Vector256.Load(scales + o)).Store(chains + o);
    }

    /// <summary>Whether a matrix can be packed: its inputs are a multiple of 64. Any type can, floats too.</summary>
    public static bool Takes(WeightMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return LossyFormat.Takes(matrix.Rows, matrix.Columns);
    }

    /// <summary>Bytes that a matrix takes.</summary>
    public static long BytesOf(WeightMatrix matrix, LossyKind kind)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new LossyFormat(kind).MatrixBytes(matrix.Rows, matrix.Columns);
    }

    /// <summary>Bytes that a matrix of a shape takes; null where it cannot be packed.</summary>
    public static long? BytesOf(int rows, int columns, LossyKind kind) =>
        LossyFormat.Takes(rows, columns) ? new LossyFormat(kind).MatrixBytes(rows, columns) : null;

    /// <summary>Packs some panels by all workers.</summary>
    /// <param name="matrix">A matrix that <see cref="Takes"/> says yes to.</param>
    /// <param name="kind">How.</param>
    /// <param name="first">The first panel.</param>
    /// <param name="count">Panels.</param>
    /// <param name="to">Takes their part of <see cref="BytesOf(WeightMatrix, LossyKind)"/> bytes; 64-byte aligned.</param>
    /// <param name="workers">Who packs.</param>
    public static void Pack(WeightMatrix matrix, LossyKind kind, int first, int count, byte* to, WorkerPool workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        if (!Takes(matrix))
            throw new ArgumentException($"a matrix of {matrix.Rows} x {matrix.Columns} cannot be packed with loss: its inputs are no multiple of {LossyFormat.Block}");
        workers.Run(new Packing(matrix, kind, first, count, to));
    }

    /// <summary>Takes panels that lie in memory already.</summary>
    /// <param name="matrix">The matrix they were packed from.</param>
    /// <param name="kind">How they were packed.</param>
    /// <param name="data">What <see cref="Pack"/> wrote for it.</param>
    /// <param name="owner">Kept referenced for as long as the result lives.</param>
    public static LossyMatrix At(WeightMatrix matrix, LossyKind kind, byte* data, object? owner)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new LossyMatrix(new LossyFormat(kind), matrix, data, owner);
    }

    private sealed class Packing(WeightMatrix matrix, LossyKind kind, int first, int count, byte* to) : ParallelWork
    {
        private int _next;

        public override void Run(WorkerPool pool, int worker, int workers)
        {
            var packing = new LossyPacking(matrix, kind);
            for (int panel; (panel = Interlocked.Increment(ref _next) - 1) < count;)
                packing.Panel(first + panel, to + panel * new LossyFormat(kind).PanelBytes(matrix.Columns));
        }
    }
}
