using Freehold.Kernels.Products;
using Freehold.Kernels.Rows;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;

namespace Freehold.Models.Architectures;

/// <summary>Builds the parts of one block from its tensors (<c>blk.N.*</c>).</summary>
internal sealed unsafe class LayerBuilder(ModelBuilder model, int index)
{
    private readonly string _prefix = $"blk.{index}.";

    /// <summary>The block's number, from 0.</summary>
    public int Index => index;

    private DecoderSizes Sizes => model.Sizes;

    private TensorReader Tensors => model.Tensors;

    /// <summary>A root-mean-square norm of the stream.</summary>
    public Norm Norm(string name) => Norm(name, Sizes.Embedding);

    /// <summary>A root-mean-square norm over each head.</summary>
    public Norm HeadNorm(string name) => Norm(name, Sizes.KeyLength);

    /// <summary>Queries, keys and values, each with a bias where the file has one; one fused tensor is cut into three.</summary>
    public SelfAttention Attention(AttentionTraits traits, RopePlan? rope, Norm? queryNorm = null, Norm? keyNorm = null)
    {
        var (queries, keys, values) = (traits.Heads * traits.Layout.KeyLength, traits.Layout.KeyValueHeads * traits.Layout.KeyLength, traits.Layout.KeyValueHeads * traits.Layout.ValueLength);
        var work = model.Work;
        Product[] project;
        if (Tensors.Has(_prefix + "attn_qkv.weight"))
        {
            var fused = Tensors.Matrix(_prefix + "attn_qkv.weight", queries + keys + values, Sizes.Embedding);
            var bias = Tensors.VectorOrNull(_prefix + "attn_qkv.bias", queries + keys + values);
            project =
            [
                new Product(model.Factor(fused.Slice(0, queries)), work.Queries, queries, bias),
                new Product(model.Factor(fused.Slice(queries, keys)), work.Keys, keys, bias == null ? null : bias + queries),
                new Product(model.Factor(fused.Slice(queries + keys, values)), work.Values, values, bias == null ? null : bias + queries + keys),
            ];
        }
        else
        {
            project = [Into(work.Queries, "attn_q", queries), Into(work.Keys, "attn_k", keys), Into(work.Values, "attn_v", values)];
        }
        return new SelfAttention(traits, project, queryNorm, keyNorm, rope);
    }

    /// <summary>Attention's output projection onto the stream.</summary>
    public Joint AttentionJoint(Norm? norm = null, float scale = 1) => Joint("attn_output", model.Work.Sizes.Attended, norm, scale);

    /// <summary>A gated feed-forward; gate and up may lie in one tensor, gate first (phi3).</summary>
    public FeedForward GatedFeedForward(Activation activation)
    {
        var work = model.Work;
        var length = Sizes.FeedForward;
        Product[] project;
        if (Tensors.Has(_prefix + "ffn_gate.weight"))
        {
            project = [Into(work.Gate, "ffn_gate", length), Into(work.Up, "ffn_up", length)];
        }
        else
        {
            var fused = Tensors.Matrix(_prefix + "ffn_up.weight", 2 * length, Sizes.Embedding);
            project = [new Product(model.Factor(fused.Slice(0, length)), work.Gate, length), new Product(model.Factor(fused.Slice(length, length)), work.Up, length)];
        }
        return new FeedForward(project, activation, gated: true, length);
    }

    /// <summary>A feed-forward without a gate.</summary>
    public FeedForward PlainFeedForward(Activation activation) =>
        new([Into(model.Work.Gate, "ffn_up", Sizes.FeedForward)], activation, gated: false, Sizes.FeedForward);

    /// <summary>A layer normalisation of the stream, with its bias.</summary>
    public Norm CentredNorm(string name) => model.CentredNorm(_prefix + name);

    /// <summary>The feed-forward's output projection onto the stream.</summary>
    public Joint FeedForwardJoint(Norm? norm = null, float scale = 1) => Joint("ffn_down", Sizes.FeedForward, norm, scale);

    private Norm Norm(string name, int length) =>
        new(Tensors.Vector($"{_prefix}{name}.weight", length), null, Sizes.Epsilon, length, centred: false);

    private Product Into(float* output, string name, int rows) =>
        new(model.Factor(Tensors.Matrix($"{_prefix}{name}.weight", rows, Sizes.Embedding)), output, rows, Tensors.VectorOrNull($"{_prefix}{name}.bias", rows));

    private Joint Joint(string name, int columns, Norm? norm, float scale) =>
        new(model.Work, model.Factor(Tensors.Matrix($"{_prefix}{name}.weight", Sizes.Embedding, columns)), Tensors.VectorOrNull($"{_prefix}{name}.bias", Sizes.Embedding), norm, scale);
}
