using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>Qwen2 and 2.5 (arXiv 2407.10671): as Llama, with biases on queries, keys and values, and rotary halves.</summary>
internal sealed class Qwen2 : IDecoderArchitecture
{
    public string Name => "qwen2";

    public CausalModel Build(DecoderBuilder model)
    {
        var rope = model.Rope(RopePairing.Halves);
        return model.Build(layer => new DecoderLayer(
            layer.Norm("attn_norm"), layer.Attention(model.Traits(), rope), layer.AttentionJoint(),
            layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint()));
    }
}
