using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Which kernel multiplies weights packed with loss by how many rows, for one instruction set.</summary>
internal sealed class LossyKernels : IDisposable
{
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
        var kernels = Of(kind);
        var choice = kernels.Chosen?.Now;
        if (rows >= choice?.FromTiles && kernels.Tiles is { } tiles)
            return tiles;
        return rows == 1 ? kernels.One : rows < KernelTable.ManyRows || rows <= choice?.MostPacked ? kernels.Some : kernels.Many;
    }

    /// <summary>What was chosen for a kind; null where its kernels leave no choice.</summary>
    internal ChosenKernels? ChosenFor(LossyKind kind) => Of(kind).Chosen;

    /// <summary>Frees generated code.</summary>
    public void Dispose()
    {
        foreach (var kernel in new[] { _w8.One, _w8.Some, _w8.Many, _w8.Tiles, _w4.One, _w4.Some, _w4.Many, _w4.Tiles })
            (kernel as IDisposable)?.Dispose();
        _tiles?.Dispose();
    }

    private Kernels Of(LossyKind kind) => kind == LossyKind.W8 ? _w8 : _w4;

    private Kernels Of<TCodes>(InstructionSet isa)
        where TCodes : struct, ILossyCodes
    {
        var chosen = new ChosenKernels(Usual<TCodes>(isa));
        switch (isa)
        {
            case InstructionSet.Amx or InstructionSet.Avx512Vnni:
                var some = new LossyVnniKernel<TCodes>(_load, chosen);
                return new(some, some, new LossyVnniPanelKernel<TCodes>(_load), chosen, _tiles is null ? null : new LossyTileKernel<TCodes>(_tiles, _load));
            case InstructionSet.Avx512:
                return new(new LossyGemv<TCodes>(), new LossyGemm<TCodes, Avx2Dot>(), new LossyPanelKernel<TCodes, Avx512PanelLanes, Vector512<int>>(), chosen);
            case InstructionSet.AvxVnni:
                return new(new LossyGemv<TCodes>(), new LossyGemm<TCodes, AvxVnniDot>(), new LossyPanelKernel<TCodes, AvxVnniPanelLanes, Vector256<int>>(), chosen);
            case InstructionSet.Avx2:
                return new(new LossyGemv<TCodes>(), new LossyGemm<TCodes, Avx2Dot>(), new LossyPanelKernel<TCodes, Avx2PanelLanes, Vector256<int>>(), chosen);
            default:
                var scalar = new ScalarLossyKernel();
                return new(scalar, scalar, scalar);
        }
    }

    private static KernelChoice Usual<TCodes>(InstructionSet isa)
        where TCodes : struct, ILossyCodes
    {
        var (stretch, bytes) = (TCodes.Format.SliceGroups, TCodes.Format.Kind == LossyKind.W8);
        return isa switch
        {
            // Bytes take most memory and least unpacking, so four panels are read at once for more rows.
            InstructionSet.Amx or InstructionSet.Avx512Vnni => new KernelChoice(
                VnniPackedKernel.WorthRows, bytes ? 8 : VnniBlocking.MostRowsByFour, stretch, isa == InstructionSet.Amx ? KernelTable.ManyRows : KernelChoice.Never),
            InstructionSet.Avx512 => new KernelChoice(8, 0, stretch, KernelChoice.Never),
            InstructionSet.AvxVnni => new KernelChoice(64, 0, stretch, KernelChoice.Never),
            // On Zen 3 int16 in panels is as fast from here on.
            _ => new KernelChoice(16, 0, stretch, KernelChoice.Never),
        };
    }

    private static Kernels OnArm64<TCodes>()
        where TCodes : struct, IAdvSimdLossyCodes
    {
        var kernel = new AdvSimdLossyKernel<TCodes>();
        return new(kernel, kernel, kernel);
    }

    // Without ChosenKernels there is no choice.
    private sealed record Kernels(ProductKernel One, ProductKernel Some, ProductKernel Many, ChosenKernels? Chosen = null, ProductKernel? Tiles = null);
}
