using Freehold.Kernels.Generated;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Products;

/// <summary>
/// One parallel region: quantise the rows if they are not yet, meet, then take units of outputs from one counter until none is left.
/// Which worker takes which unit depends on who is free; what an output is does not.
/// </summary>
internal sealed unsafe class MatMulWork(InstructionSet isa, KernelTable kernels, WorkerScratch scratch) : ParallelWork
{
    // A unit reads about this many bytes of weights: enough to keep a memory stream busy, little enough to balance.
    private const long UnitBytes = 96 * 1024;

    private Product[] _products = new Product[8];
    private ProductKernel[] _kernels = new ProductKernel[8];
    private int[] _unitOutputs = new int[8];
    private int[] _firstUnit = new int[9];
    private int _count;
    private int _quantiseUnits;
    private ActivationRows _x = null!;
    private int _nextQuantise;
    private int _nextUnit;

    /// <summary>Takes in what to do. Checks shapes, so that the kernels need not.</summary>
    /// <exception cref="ArgumentException">A product's inputs are not the activations' columns.</exception>
    internal void Prepare(ActivationRows x, ReadOnlySpan<Product> products, int workers)
    {
        Grow(products.Length);
        _x = x;
        _count = products.Length;
        _nextQuantise = _nextUnit = 0;
        bool tile = false, amx = false, mixed = false;
        LossyKind? form = null;
        var any = false;
        for (var i = 0; i < products.Length; i++)
        {
            ref readonly var product = ref products[i];
            var weights = product.Weights;
            if (weights.Columns != x.Columns)
                throw new ArgumentException($"a product of {weights.Columns} inputs was given rows of {x.Columns}");
            var kernel = kernels.For(weights, x.Rows, x.Bits);
            if (weights.Lossy is not null || !weights.Format.IsFloat)
            {
                mixed |= any && form != weights.Lossy?.Kind;
                (any, form) = (true, weights.Lossy?.Kind);
            }
            tile |= kernel.NeedsTiles;
            amx |= kernel.AmxTiles is not null;
            _products[i] = product;
            _kernels[i] = kernel;
            var unit = UnitOutputs(weights, kernel.OutputStep, workers);
            _unitOutputs[i] = unit;
            _firstUnit[i + 1] = _firstUnit[i] + (weights.Rows + unit - 1) / unit;
        }
        if (mixed)
            throw new ArgumentException("products of one call want the rows quantised in two ways: their weights are not packed alike");
        var known = x.QuantisedFor == form;
        _quantise = any && !(x.Quantised && known);
        _tile = tile && !(x.Tiled && known);
        _amx = amx && !(x.AmxTiled && known);
        if (_quantise)
            x.QuantisedFor = form;
        _quantiseUnits = _quantise || _tile || _amx ? (x.Rows + ActivationRows.TileRows - 1) / ActivationRows.TileRows : 0;
    }

    private bool _quantise, _tile, _amx;

    /// <summary>Marks what the region left in the activations, and lets go of the weights.</summary>
    internal void Finish()
    {
        if (_quantise)
            (_x.Quantised, _x.Tiled, _x.AmxTiled) = (true, false, false);
        _x.Tiled |= _tile;
        _x.AmxTiled |= _amx;
        Array.Clear(_products, 0, _count);
    }

    /// <inheritdoc/>
    public override void Run(WorkerPool pool, int worker, int workers)
    {
        if (_quantiseUnits > 0)
        {
            for (int unit; (unit = Interlocked.Increment(ref _nextQuantise) - 1) < _quantiseUnits;)
                Quantise(unit);
            pool.Barrier();
        }
        TileConfiguration? tiles = null;
        try
        {
            Multiply(scratch.Of(worker), ref tiles);
        }
        finally
        {
            tiles?.Leave();
        }
    }

    private void Multiply(byte* bytes, ref TileConfiguration? tiles)
    {
        var product = 0;
        for (int unit; (unit = Interlocked.Increment(ref _nextUnit) - 1) < _firstUnit[_count];)
        {
            while (unit >= _firstUnit[product + 1])
                product++;
            var kernel = _kernels[product];
            if (kernel.AmxTiles is { } wanted && wanted != tiles)
            {
                wanted.Enter();
                tiles = wanted;
            }
            var first = (unit - _firstUnit[product]) * _unitOutputs[product];
            var count = Math.Min(_unitOutputs[product], _products[product].Weights.Rows - first);
            kernel.Multiply(_products[product], _x, first, count, bytes);
        }
    }

    private void Quantise(int tile)
    {
        var end = Math.Min(_x.Rows, (tile + 1) * ActivationRows.TileRows);
        if (_quantise)
            for (var row = tile * ActivationRows.TileRows; row < end; row++)
                if (_x.QuantisedFor is { } kind)
                    SliceQuantiser.Row(isa, new LossyFormat(kind), _x, row);
                else
                    Quantiser.Row(isa, _x, row);
        if (_tile && _x.QuantisedFor is not null)
            SliceTiler.Tile(_x, tile);
        else if (_tile)
            Tiler.Tile(_x, tile);
        if (_amx && _x.QuantisedFor is not null)
            SliceTiler.AmxTile(_x, tile);
        else if (_amx)
            Tiler.AmxTile(_x, tile);
    }

    private static int UnitOutputs(WeightMatrix weights, int step, int workers)
    {
        var outputs = UnitBytes / weights.RowBytes;
        outputs = Math.Min(outputs, weights.Rows / (4 * workers));
        return (int)Math.Max(1, outputs / step) * step;
    }

    private void Grow(int count)
    {
        if (count <= _products.Length)
            return;
        _products = new Product[count];
        _kernels = new ProductKernel[count];
        _unitOutputs = new int[count];
        _firstUnit = new int[count + 1];
    }
}
