using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;

namespace Freehold.Models.Architectures;

/// <summary>BERT (arXiv 1810.04805) and its sentence encoders: learned positions, post-norm, exact (erf) GELU.</summary>
internal sealed class Bert : IEncoderArchitecture
{
    public string Name => "bert";

    public BuiltEncoder Build(EncoderBuilder model) =>
        model.Build(
            layer => new EncoderLayer(
                layer.Attention(model.Traits(causal: false), rope: null), layer.AttentionJoint(), layer.CentredNorm("attn_output_norm"),
                layer.PlainFeedForward(Activation.GeluErf), layer.FeedForwardJoint(), layer.CentredNorm("layer_output_norm")),
            positions: true);
}
