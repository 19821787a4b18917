using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>
/// Gemma 3 (arXiv 2503.19786): five layers of local attention with a rope base of their own to one of global attention, norms before and behind
/// each block and over heads, tanh-GELU gate, embeddings scaled by sqrt(width). The norms' +1 is already in the file's weights.
/// </summary>
internal sealed class Gemma3 : IDecoderArchitecture
{
    /// <summary>Layers of the 27B model, whose scores are scaled by the width instead of the head's.</summary>
    private const int LargestLayers = 62;

    public string Name => "gemma3";

    public CausalModel Build(DecoderBuilder model)
    {
        var (sizes, window, period) = (model.Sizes, (int)model.Number("attention.sliding_window", 0), (int)model.Number("attention.sliding_window_pattern", 6));
        var scale = sizes.Layers == LargestLayers ? 1 / MathF.Sqrt((float)sizes.Embedding / sizes.Heads) : model.UsualScale;
        var everywhere = model.Rope(RopePairing.Halves);
        var nearby = model.PlainRope(RopePairing.Halves, model.Number("rope.freq_base_swa", 10_000));
        return model.Build(
            layer =>
            {
                var local = window > 0 && (period <= 0 || layer.Index % period < period - 1);
                return new DecoderLayer(
                    layer.Norm("attn_norm"),
                    layer.Attention(
                        model.Traits(scale, local ? window : 0), local ? nearby : everywhere,
                        layer.HeadNorm("attn_q_norm"), layer.HeadNorm("attn_k_norm")),
                    layer.AttentionJoint(layer.Norm("post_attention_norm")),
                    layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.GeluTanh), layer.FeedForwardJoint(layer.Norm("post_ffw_norm")));
            },
            ends => ends with
            {
                EmbeddingScale = MathF.Sqrt(sizes.Embedding),
                LogitSoftCap = (float)model.Number("final_logit_softcapping", 0),
            });
    }
}
