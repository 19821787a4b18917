using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>Qwen3 (arXiv 2505.09388): as Llama with rotary halves, and a norm over each head of queries and keys.</summary>
internal sealed class Qwen3 : IDecoderArchitecture
{
    public string Name => "qwen3";

    public CausalModel Build(DecoderBuilder model)
    {
        var rope = model.Rope(RopePairing.Halves);
        return model.Build(layer => new DecoderLayer(
            layer.Norm("attn_norm"),
            layer.Attention(model.Traits(), rope, layer.HeadNorm("attn_q_norm"), layer.HeadNorm("attn_k_norm")),
            layer.AttentionJoint(),
            layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint()));
    }
}
