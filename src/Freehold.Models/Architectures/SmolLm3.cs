using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>SmolLM3: as Llama, without rotary positions in every fourth layer (NoPE, arXiv 2501.18795).</summary>
internal sealed class SmolLm3 : IDecoderArchitecture
{
    private const int NoRopeEvery = 4;

    public string Name => "smollm3";

    public CausalModel Build(DecoderBuilder model)
    {
        var rope = model.Rope(RopePairing.Adjacent);
        return model.Build(layer => new DecoderLayer(
            layer.Norm("attn_norm"),
            layer.Attention(model.Traits(), (layer.Index + 1) % NoRopeEvery == 0 ? null : rope), layer.AttentionJoint(),
            layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint()));
    }
}
