using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Which kernel multiplies weights packed with loss by how many rows, for one instruction set.</summary>
internal sealed class LossyKernels : IDisposable
{
    // From here on, unpacking a panel pays for itself, and AMX does.
    private const int ManyRows = 4;

    private readonly Kernels _w8, _w4;
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
        _w8 = isa == InstructionSet.AdvSimd ? OnArm64<AdvSimdW8Codes>() : Of<W8Codes>(isa);
        _w4 = isa == InstructionSet.AdvSimd ? OnArm64<AdvSimdW4Codes>() : Of<W4Codes>(isa);
    }

    /// <summary>The kernel for a kind and a number of activation rows.</summary>
    internal ProductKernel For(LossyKind kind, int rows)
    {
        var kernels = kind == LossyKind.W8 ? _w8 : _w4;
        return rows < kernels.FromRows ? kernels.Few : kernels.Many;
    }

    /// <summary>Frees generated code.</summary>
    public void Dispose()
    {
        foreach (var kernel in new[] { _w8.Few, _w8.Many, _w4.Few, _w4.Many })
            (kernel as IDisposable)?.Dispose();
        _tiles?.Dispose();
    }

    private Kernels Of<TCodes>(InstructionSet isa)
        where TCodes : struct, ILossyCodes => isa switch
        {
            InstructionSet.Amx => new(new LossyVnniKernel<TCodes>(_load), new LossyTileKernel<TCodes>(_tiles!, _load)),
            InstructionSet.Avx512Vnni => new(new LossyVnniKernel<TCodes>(_load), new LossyVnniPanelKernel<TCodes>(_load), VnniPackedKernel.WorthRows + 1),
            InstructionSet.Avx512 => new(new LossyGemv<TCodes>(), new LossyPanelKernel<TCodes, Avx512PanelLanes, Vector512<int>>()),
            InstructionSet.AvxVnni => new(new LossyGemv<TCodes>(), new LossyPanelKernel<TCodes, AvxVnniPanelLanes, Vector256<int>>()),
            InstructionSet.Avx2 => new(new LossyGemv<TCodes>(), new LossyPanelKernel<TCodes, Avx2PanelLanes, Vector256<int>>()),
            _ => new(new ScalarLossyKernel(), new ScalarLossyKernel()),
        };

    private static Kernels OnArm64<TCodes>()
        where TCodes : struct, IAdvSimdLossyCodes
    {
        var kernel = new AdvSimdLossyKernel<TCodes>();
        return new(kernel, kernel);
    }

    // FromRows: from how many rows on Many does better.
    private sealed record Kernels(ProductKernel Few, ProductKernel Many, int FromRows = ManyRows);
}
