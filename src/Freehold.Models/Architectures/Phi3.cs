using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>
/// Phi-3, 3.5 and 4-mini (arXiv 2404.14219): fused projections, rotary halves (of part of the head in 4-mini), longrope. The sliding window of its metadata is left
/// alone, as llama.cpp does: published conversions give it wrongly.
/// </summary>
internal sealed class Phi3 : IDecoderArchitecture
{
    public string Name => "phi3";

    public CausalModel Build(DecoderBuilder model)
    {
        var rope = model.Rope(RopePairing.Halves);
        return model.Build(layer => new DecoderLayer(
            layer.Norm("attn_norm"), layer.Attention(model.Traits(), rope), layer.AttentionJoint(),
            layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint()));
    }
}
