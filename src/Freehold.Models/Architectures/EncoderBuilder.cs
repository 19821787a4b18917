using Freehold.Kernels;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Packing;

namespace Freehold.Models.Architectures;

/// <summary>Composes an encoder from a description of its layers.</summary>
internal sealed class EncoderBuilder(IModelSource source, Compute compute, int rows, ActivationBits bits, PackFolder? packs, LossyKind? lossy)
    : ModelBuilder(source, compute, rows, logitRows: 0, context: 0, bits)
{
    /// <summary>Builds the model, one layer description per block.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, misshapen or unknown.</exception>
    public BuiltEncoder Build(Func<LayerBuilder, EncoderLayer> describe, bool positions)
    {
        var layers = new List<EncoderLayer>();
        for (var i = 0; i < Sizes.Layers; i++)
            layers.Add(describe(new LayerBuilder(this, i)));
        var ends = new EncoderEnds(
            Embedding,
            Tensors.Has("token_types.weight") ? Tensors.Matrix("token_types.weight", 0, Sizes.Embedding) : null,
            positions ? Tensors.Matrix("position_embd.weight", Sizes.Context, Sizes.Embedding) : null,
            CentredNorm("token_embd_norm"));
        var pooling = Pooling.Read(Tensors.Source);
        var head = pooling == PoolingKind.Rank ? ClassifierHead.Read(Tensors, Work) : null;
        Tensors.RequireAllTaken();
        var shape = new ModelShape(
            Metadata.Architecture, Embedding.Rows, Sizes.Context, Sizes.Embedding, Sizes.Layers, ParameterCount.Of(Tensors.Source));
        var trunk = new EncoderTrunk(Tensors.Source, Compute, Work, shape, ends, [.. layers], [.. Ropes], Pack(packs, lossy));
        return head is null ? new BuiltEncoder(new Encoder(trunk, pooling), null) : new BuiltEncoder(null, new CrossEncoder(trunk, head));
    }
}
