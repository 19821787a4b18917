using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Which kernel multiplies weights packed with loss by how many rows, for one instruction set.</summary>
internal sealed class LossyKernels : IDisposable
{
    // From here on, unpacking a panel pays for itself.
    private const int ManyRows = 4;

    private readonly (ProductKernel Few, ProductKernel Many) _w8, _w4;
    private readonly Func<byte[][], Routines> _load;
    private readonly TileConfiguration? _tiles;

    /// <summary>Makes the kernels of an instruction set.</summary>
    /// <param name="isa">It.</param>
    /// <param name="load">Makes generated code ready to be called.</param>
    internal LossyKernels(InstructionSet isa, Func<byte[][], Routines> load)
    {
        _load = load;
        if (isa == InstructionSet.Amx)
            _tiles = new TileConfiguration(TileSlices.Configuration(), load);
        _w8 = Of<W8Codes>(isa);
        _w4 = Of<W4Codes>(isa);
    }

    /// <summary>The kernel for a kind and a number of activation rows.</summary>
    internal ProductKernel For(LossyKind kind, int rows)
    {
        var (few, many) = kind == LossyKind.W8 ? _w8 : _w4;
        return rows < ManyRows ? few : many;
    }

    /// <summary>Frees generated code.</summary>
    public void Dispose()
    {
        foreach (var kernel in new[] { _w8.Many, _w4.Many })
            (kernel as IDisposable)?.Dispose();
        _tiles?.Dispose();
    }

    private (ProductKernel Few, ProductKernel Many) Of<TCodes>(InstructionSet isa)
        where TCodes : struct, ILossyCodes => isa switch
        {
            InstructionSet.Amx => (new LossyGemv<TCodes>(), new LossyTileKernel<TCodes>(_tiles!, _load)),
            InstructionSet.Avx512Vnni or InstructionSet.Avx512 => (new LossyGemv<TCodes>(), new LossyPanelKernel<TCodes, Avx512PanelLanes, Vector512<int>>()),
            InstructionSet.AvxVnni => (new LossyGemv<TCodes>(), new LossyPanelKernel<TCodes, AvxVnniPanelLanes, Vector256<int>>()),
            InstructionSet.Avx2 => (new LossyGemv<TCodes>(), new LossyPanelKernel<TCodes, Avx2PanelLanes, Vector256<int>>()),
            _ => (new ScalarLossyKernel(), new ScalarLossyKernel()),
        };
}
