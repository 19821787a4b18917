using Freehold.Kernels.Rope;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>Granite 3 (dense): as Llama, with factors on embeddings, scores, residual branches and logits (arXiv 2408.13359).</summary>
internal sealed class Granite : IDecoderArchitecture
{
    public string Name => "granite";

    public CausalModel Build(DecoderBuilder model)
    {
        var residual = (float)OrOne(model.Number("residual_scale", 1));
        var score = (float)model.Number("attention.scale", 0);
        var logits = model.Number("logit_scale", 1);
        if (logits == 0)
            throw new ModelFormatException("the metadata's 'granite.logit_scale' is 0; logits are divided by it");
        var rope = model.Metadata.GetBoolean("granite.rope.scaling.finetuned", true) ? model.Rope(RopePairing.Adjacent) : null;
        return model.Build(
            layer => new DecoderLayer(
                layer.Norm("attn_norm"),
                layer.Attention(model.Traits(score == 0 ? null : score), rope), layer.AttentionJoint(scale: residual),
                layer.Norm("ffn_norm"), layer.GatedFeedForward(Activation.Silu), layer.FeedForwardJoint(scale: residual)),
            ends => ends with
            {
                EmbeddingScale = (float)OrOne(model.Number("embedding_scale", 1)),
                LogitScale = (float)(1 / logits),
            });
    }

    // A zero in these two means "not set" to llama.cpp.
    private static double OrOne(double value) => value == 0 ? 1 : value;
}
