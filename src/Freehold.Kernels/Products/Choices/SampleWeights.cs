using System.Runtime.InteropServices;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products.Choices;

/// <summary>Packed weights of a form that stand for any: kernels are timed and made ready by them. Only their panels are there.</summary>
internal sealed unsafe class SampleWeights : IDisposable
{
    private readonly byte* _panels;

    /// <summary>Makes them, of a form that kernels can be chosen for.</summary>
    internal SampleWeights(PackedForm form, int outputs, int columns)
    {
        Matrix = new WeightMatrix(form.Type, outputs, columns, null, null);
        var bytes = form.Lossy is { } packed ? LossyMatrix.BytesOf(Matrix, packed) : PackedMatrix.BytesOf(Matrix);
        _panels = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        // Whatever a byte is part of is then a common number: subnormal ones alone would take longer.
        new Span<byte>(_panels, checked((int)bytes)).Fill(0x3C);
        if (form.Lossy is { } kind)
            Matrix.Use(LossyMatrix.At(Matrix, kind, _panels, null));
        else
            Matrix.Use(PackedMatrix.At(Matrix, _panels, null));
    }

    internal WeightMatrix Matrix { get; }

    /// <summary>Frees the panels.</summary>
    public void Dispose() => NativeMemory.AlignedFree(_panels);
}
