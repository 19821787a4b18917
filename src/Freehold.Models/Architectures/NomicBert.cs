using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;

namespace Freehold.Models.Architectures;

/// <summary>nomic-embed-text (arXiv 2402.01613): BERT with rotary halves in place of learned positions, and a SiLU gate.</summary>
internal sealed class NomicBert : IEncoderArchitecture
{
    public string Name => "nomic-bert";

    public BuiltEncoder Build(EncoderBuilder model)
    {
        var rope = model.Rope(RopePairing.Halves);
        return model.Build(
            layer => new EncoderLayer(
                layer.Attention(model.Traits(causal: false), rope), layer.AttentionJoint(), layer.CentredNorm("attn_output_norm"),
                layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint(), layer.CentredNorm("layer_output_norm")),
            positions: false);
    }
}
