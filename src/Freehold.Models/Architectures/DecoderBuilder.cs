using Freehold.Kernels;
using Freehold.Kernels.Products;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>Composes a decoder from a description of its layers.</summary>
internal sealed unsafe class DecoderBuilder(IModelSource source, Compute compute, LoadOptions options, ActivationBits bits)
    : ModelBuilder(source, compute, options.MaxRows, options.MaxLogitRows, options.Context, bits, options.KeysValues)
{
    /// <summary>Builds the model, one layer description per block.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, misshapen or unknown.</exception>
    public Decoder Build(Func<LayerBuilder, DecoderLayer> describe, Func<DecoderEnds, DecoderEnds>? ends = null)
    {
        var layers = new List<DecoderLayer>();
        for (var i = 0; i < Sizes.Layers; i++)
            layers.Add(describe(new LayerBuilder(this, i)));
        var norm = new Norm(Tensors.Vector("output_norm.weight", Sizes.Embedding), null, Sizes.Epsilon, Sizes.Embedding, centred: false);
        var head = Tensors.Has("output.weight") ? Tensors.Matrix("output.weight", Embedding.Rows, Sizes.Embedding) : Embedding;
        var around = new DecoderEnds(Embedding, norm, Factor(head));
        Tensors.RequireAllTaken();
        var shape = new ModelShape(
            Metadata.Architecture, Embedding.Rows, Sizes.Context, Sizes.Embedding, Sizes.Layers, ParameterCount.Of(Tensors.Source));
        return new Decoder(
            Tensors.Source, Compute, Work, shape, ends?.Invoke(around) ?? around, [.. layers], [.. Ropes], Tensors.Bytes, Pack(options.Packs, options.Lossy, head));
    }
}
