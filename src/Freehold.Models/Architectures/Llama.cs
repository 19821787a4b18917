using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>Llama 2 to 3.x (arXiv 2302.13971, 2407.21783), Mistral, SmolLM2, TinyLlama: pre-norm, rotary pairs side by side, SiLU gate.</summary>
internal sealed class Llama : IDecoderArchitecture
{
    public string Name => "llama";

    public CausalModel Build(DecoderBuilder model)
    {
        var rope = model.Rope(RopePairing.Adjacent);
        return model.Build(layer => new DecoderLayer(
            layer.Norm("attn_norm"), layer.Attention(model.Traits(), rope), layer.AttentionJoint(),
            layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint()));
    }
}
