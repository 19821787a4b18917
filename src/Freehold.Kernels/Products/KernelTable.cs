using System.Runtime.Intrinsics;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products;

/// <summary>Which kernel multiplies which weights by how many rows, for one instruction set.</summary>
internal sealed class KernelTable : IDisposable
{
    // From here on, unpacking a panel pays for itself where it cannot be read as it lies.
    internal const int ManyRows = 4;

    private readonly ProductKernel _float;
    private readonly ProductKernel _scalar = new ScalarKernel();
    private readonly Dictionary<TensorType, Kernels> _quantised = [];
    private readonly Func<byte[][], Routines> _load;
    private readonly TileConfiguration? _tiles;
    private readonly LossyKernels _lossy;

    /// <summary>Makes the kernels of an instruction set.</summary>
    /// <param name="isa">It.</param>
    /// <param name="load">Makes generated code ready to be called; null lets the CPU run it.</param>
    internal KernelTable(InstructionSet isa, Func<byte[][], Routines>? load = null)
    {
        _load = load ?? (code => new NativeRoutines(code));
        _float = new FloatKernel(isa);
        _lossy = new LossyKernels(isa, _load);
        if (isa == InstructionSet.AdvSimd)
            AdvSimdKernels.AddTo((type, few, many) => _quantised.Add(type, new Kernels(few, few, few, few, few, many, many)));
        if (!InstructionSets.BuildsOnAvx2(isa))
            return;
        if (isa == InstructionSet.Amx)
            _tiles = new TileConfiguration(TilePanel.Configuration(), _load);
        Add<Q4_0Layout, NibblePlanes, HalfScales>(TensorType.Q4_0, isa);
        Add<Q4_1Layout, NibblePlanes, HalfMinimumScales>(TensorType.Q4_1, isa);
        Add<Q5_0Layout, FiveBitPlanes, HalfScales>(TensorType.Q5_0, isa);
        Add<Q5_1Layout, FiveBitPlanes, HalfMinimumScales>(TensorType.Q5_1, isa);
        Add<Q8_0Layout, BytePlanes, HalfScales>(TensorType.Q8_0, isa);
        Add<Q2_KLayout, TwoBitPlanes, SuperScales<Q2_KLayout>>(TensorType.Q2_K, isa);
        Add<Q3_KLayout, ThreeBitPlanes, SuperScales<Q3_KLayout>>(TensorType.Q3_K, isa);
        Add<Q4_KLayout, NibblePlanes, SuperScales<Q4_KLayout>>(TensorType.Q4_K, isa);
        Add<Q5_KLayout, FiveBitPlanes, SuperScales<Q5_KLayout>>(TensorType.Q5_K, isa);
        Add<Q6_KLayout, SixBitPlanes, SuperScales<Q6_KLayout>>(TensorType.Q6_K, isa);
        Add<IQ4_NLLayout, NonLinearPlanes, HalfScales>(TensorType.IQ4_NL, isa);
        Add<IQ4_XSLayout, NonLinearPlanes, SuperScales<IQ4_XSLayout>>(TensorType.IQ4_XS, isa);
        Add<MXFP4Layout, E2M1Planes, E8M0Scales>(TensorType.MXFP4, isa);
    }

    /// <summary>The kernel for weights and a number of activation rows.</summary>
    internal ProductKernel For(WeightMatrix weights, int rows, ActivationBits bits)
    {
        if (weights.Lossy is { } lossy)
            return _lossy.For(lossy.Kind, rows);
        if (weights.Format.IsFloat)
            return _float;
        if (!_quantised.TryGetValue(weights.Type, out var kernels))
            return _scalar;
        var choice = kernels.Of(bits)?.Now;
        if (rows >= choice?.FromTiles && (bits == ActivationBits.Eight ? kernels.TilesEight : kernels.TilesSixteen) is { } tiles)
            return tiles;
        if (weights.Packed is not null && rows == 1)
            return bits == ActivationBits.Eight ? kernels.PackedOne : kernels.PackedOneSixteen;
        if (weights.Packed is not null && (rows < ManyRows || rows <= choice?.MostPacked))
            return bits == ActivationBits.Eight ? kernels.PackedEight : kernels.PackedSixteen;
        if (rows < ManyRows)
            return kernels.Few;
        return bits == ActivationBits.Eight ? kernels.ManyEight : kernels.ManySixteen;
    }

    /// <summary>What was chosen for a form; null for those whose kernels leave no choice.</summary>
    internal ChosenKernels? ChosenFor(PackedForm form) =>
        form.Lossy is { } kind ? _lossy.ChosenFor(kind) : _quantised.GetValueOrDefault(form.Type)?.Of(form.Bits);

    /// <summary>Frees what kernels hold: generated code.</summary>
    public void Dispose()
    {
        foreach (var kernels in _quantised.Values)
            foreach (var kernel in new[] { kernels.Few, kernels.PackedOne, kernels.PackedEight, kernels.PackedOneSixteen, kernels.PackedSixteen, kernels.ManyEight, kernels.ManySixteen, kernels.TilesEight, kernels.TilesSixteen })
                (kernel as IDisposable)?.Dispose();
        _tiles?.Dispose();
        _lossy.Dispose();
    }

    private void Add<T, TPlanes, TScales>(TensorType type, InstructionSet isa)
        where T : struct, IBlockLayout
        where TPlanes : struct, ICodePlanes
        where TScales : struct, IPanelScales
    {
        var (eight, sixteen) = (new ChosenKernels(Usual(type, isa, words: false)), new ChosenKernels(Usual(type, isa, words: true)));
        // Without a byte dot product, bytes go through int16 sums, which unsigned values of up to 6 bits fit, and signed ones as magnitudes where signs can be moved.
        ProductKernel Panel(bool bytes, ChosenKernels chosen) => isa switch
        {
            InstructionSet.Avx512Vnni or InstructionSet.Amx => new VnniPanelKernel<T, TPlanes, TScales>(bytes, _load, chosen),
            InstructionSet.Avx512 => new PanelKernel<T, TPlanes, TScales, Avx512PanelLanes, Vector512<int>>(bytes && !T.Signed, chosen),
            InstructionSet.AvxVnni => new PanelKernel<T, TPlanes, TScales, AvxVnniPanelLanes, Vector256<int>>(bytes, chosen),
            _ => new PanelKernel<T, TPlanes, TScales, Avx2PanelLanes, Vector256<int>>(bytes, chosen),
        };
        var one = new PackedGemv<T, TPlanes, TScales>();
        ProductKernel? Generated(bool words) => isa is InstructionSet.Avx512Vnni or InstructionSet.Amx
            ? new VnniPackedKernel(VnniPackedKernel.ShapeOf(type)!.Value with { Words = words }, _load, words ? sixteen : eight) : null;
        ProductKernel? bytes = Generated(words: false), words = Generated(words: true);
        var some = bytes ?? (isa == InstructionSet.AvxVnni ? new PackedGemm<T, TPlanes, TScales, AvxVnniDot>() : new PackedGemm<T, TPlanes, TScales, Avx2Dot>());
        // Two scales in a group of 32 would halve what a tile product does once more.
        ProductKernel? Tiles(int planes) => _tiles is not null && !T.Halves
            ? new TilePanelKernel<T, TPlanes, TScales>(_tiles, planes, _load) : null;
        _quantised.Add(type, new Kernels(
            new Avx2Gemv<T>(), bytes ?? one, some, words ?? one, words ?? new PackedGemm<T, TPlanes, TScales, WordDot>(), Panel(true, eight), Panel(false, sixteen), eight, sixteen, Tiles(planes: 1), Tiles(planes: 2)));
    }

    // On Zen 3 unpacking wider panels gains nothing up to 64 rows; with panels of 512 bits it should earlier. Panels of int16 save managed code widening for each four rows.
    private static KernelChoice Usual(TensorType type, InstructionSet isa, bool words) => isa switch
    {
        InstructionSet.Avx512Vnni or InstructionSet.Amx => new KernelChoice(
            VnniPackedKernel.WorthRows, VnniPackedKernel.UsualRowsByFour(VnniPackedKernel.ShapeOf(type)!.Value with { Words = words }), KernelChoice.MostStretch, TilePanel.WorthRows),
        InstructionSet.Avx512 => new KernelChoice(words ? 8 : 16, 0, KernelChoice.MostStretch, KernelChoice.Never),
        InstructionSet.AvxVnni => new KernelChoice(words ? 8 : 64, 0, KernelChoice.MostStretch, KernelChoice.Never),
        _ => new KernelChoice(words ? 16 : 64, 0, KernelChoice.MostStretch, KernelChoice.Never),
    };

    // One row has a kernel of its own. Without ChosenKernels there is no choice.
    private sealed record Kernels(
        ProductKernel Few, ProductKernel PackedOne, ProductKernel PackedEight, ProductKernel PackedOneSixteen, ProductKernel PackedSixteen, ProductKernel ManyEight, ProductKernel ManySixteen,
        ChosenKernels? Eight = null, ChosenKernels? Sixteen = null, ProductKernel? TilesEight = null, ProductKernel? TilesSixteen = null)
    {
        internal ChosenKernels? Of(ActivationBits bits) => bits == ActivationBits.Eight ? Eight : Sixteen;
    }
}
