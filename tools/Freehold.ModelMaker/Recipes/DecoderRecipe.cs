using System.Text.Json.Nodes;
using Freehold.ModelMaker.Weights;

namespace Freehold.ModelMaker.Recipes;

/// <summary>Sizes of a decoder.</summary>
public sealed record DecoderShape(
    string Architecture, int Layers, int Width, int Hidden, int Heads, int KvHeads, int HeadLength, int Context, float RopeBase)
{
    /// <summary>Rows of the query projection.</summary>
    public int QueryRows => Heads * HeadLength;

    /// <summary>Rows of the key projection, and of the value projection.</summary>
    public int KvRows => KvHeads * HeadLength;
}

/// <summary>Collects the keys and tensors of a decoder, under GGUF's and Hugging Face's names at once.</summary>
public sealed class DecoderRecipe
{
    private readonly DecoderShape _shape;
    private readonly bool _tied;
    private readonly HfLayout _rope;
    private readonly List<KeyValuePair<string, object>> _keys = [];
    private readonly List<WeightSpec> _tensors = [];

    /// <summary>Begins with the keys that every decoder has.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="vocabulary">Its tokens are the embedding's rows.</param>
    /// <param name="tied">The embedding is the output matrix too.</param>
    /// <param name="rope">How Hugging Face lays out the rows of the query and key projections.</param>
    public DecoderRecipe(DecoderShape shape, TinyVocabulary vocabulary, bool tied, HfLayout rope)
    {
        (_shape, Vocabulary, _tied, _rope) = (shape, vocabulary, tied, rope);
        var name = shape.Architecture;
        Key($"{name}.block_count", (uint)shape.Layers);
        Key($"{name}.context_length", (uint)shape.Context);
        Key($"{name}.embedding_length", (uint)shape.Width);
        Key($"{name}.feed_forward_length", (uint)shape.Hidden);
        Key($"{name}.attention.head_count", (uint)shape.Heads);
        Key($"{name}.attention.head_count_kv", (uint)shape.KvHeads);
        Key($"{name}.attention.layer_norm_rms_epsilon", 1e-5f);
        Key($"{name}.rope.freq_base", shape.RopeBase);
        Config = new JsonObject
        {
            ["num_hidden_layers"] = shape.Layers,
            ["max_position_embeddings"] = shape.Context,
            ["hidden_size"] = shape.Width,
            ["intermediate_size"] = shape.Hidden,
            ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KvHeads,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = shape.RopeBase,
            ["vocab_size"] = vocabulary.Tokens.Count,
            ["tie_word_embeddings"] = tied,
            ["hidden_act"] = "silu",
            ["torch_dtype"] = "float32",
        };
    }

    /// <summary>The tokenizer.</summary>
    public TinyVocabulary Vocabulary { get; }

    /// <summary><c>config.json</c>.</summary>
    public JsonObject Config { get; }

    /// <summary>How Hugging Face keeps norm weights.</summary>
    public HfLayout NormLayout { get; init; }

    /// <summary>Adds a key.</summary>
    public void Key(string key, object value) => _keys.Add(new(key, value));

    /// <summary>Says the heads' length, where it is not the width divided by their number.</summary>
    public void HeadLengthKeys()
    {
        Key($"{_shape.Architecture}.attention.key_length", (uint)_shape.HeadLength);
        Key($"{_shape.Architecture}.attention.value_length", (uint)_shape.HeadLength);
    }

    /// <summary>Adds any tensor.</summary>
    public void Tensor(string name, long[] shape, WeightKind kind, double deviation, string? hf = null, HfLayout layout = HfLayout.Same, int heads = 0) =>
        _tensors.Add(new WeightSpec(name, shape, kind, deviation, hf, layout, heads));

    /// <summary>Adds a matrix whose products keep the size of their inputs.</summary>
    public void Matrix(string name, int columns, int rows, string hf, HfLayout layout = HfLayout.Same, int heads = 0) =>
        Tensor(name, [columns, rows], WeightKind.Matrix, 1 / Math.Sqrt(columns), hf, layout, heads);

    /// <summary>Adds a norm.</summary>
    public void Norm(string name, int length, string hf) => Tensor(name, [length], WeightKind.Norm, 1, hf, NormLayout);

    /// <summary>Adds the embedding.</summary>
    public void Embedding() =>
        Tensor("token_embd.weight", [_shape.Width, Vocabulary.Tokens.Count], WeightKind.Matrix, 0.15, "model.embed_tokens.weight");

    /// <summary>Adds all layers.</summary>
    public void Layers(Action<int> add)
    {
        for (var layer = 0; layer < _shape.Layers; layer++)
            add(layer);
    }

    /// <summary>Adds the query, key, value and output projections.</summary>
    public void Attention(int layer)
    {
        var (own, hf) = ($"blk.{layer}.attn_", $"model.layers.{layer}.self_attn.");
        Matrix(own + "q.weight", _shape.Width, _shape.QueryRows, hf + "q_proj.weight", _rope, _shape.Heads);
        Matrix(own + "k.weight", _shape.Width, _shape.KvRows, hf + "k_proj.weight", _rope, _shape.KvHeads);
        Matrix(own + "v.weight", _shape.Width, _shape.KvRows, hf + "v_proj.weight");
        Matrix(own + "output.weight", _shape.QueryRows, _shape.Width, hf + "o_proj.weight");
    }

    /// <summary>Adds the gated feed-forward.</summary>
    public void FeedForward(int layer)
    {
        var (own, hf) = ($"blk.{layer}.ffn_", $"model.layers.{layer}.mlp.");
        Matrix(own + "gate.weight", _shape.Width, _shape.Hidden, hf + "gate_proj.weight");
        Matrix(own + "up.weight", _shape.Width, _shape.Hidden, hf + "up_proj.weight");
        Matrix(own + "down.weight", _shape.Hidden, _shape.Width, hf + "down_proj.weight");
    }

    /// <summary>Adds the norms of single heads.</summary>
    public void HeadNorms(int layer, HfLayout layout)
    {
        foreach (var letter in "qk")
            Tensor($"blk.{layer}.attn_{letter}_norm.weight", [_shape.HeadLength], WeightKind.Norm, 1, $"model.layers.{layer}.self_attn.{letter}_norm.weight", layout);
    }

    /// <summary>Adds a layer as Llama has it.</summary>
    public void LlamaLayer(int layer)
    {
        Norm($"blk.{layer}.attn_norm.weight", _shape.Width, $"model.layers.{layer}.input_layernorm.weight");
        Attention(layer);
        Norm($"blk.{layer}.ffn_norm.weight", _shape.Width, $"model.layers.{layer}.post_attention_layernorm.weight");
        FeedForward(layer);
    }

    /// <summary>Adds the last norm and the output matrix.</summary>
    public Recipe Finish(bool hasHf = true)
    {
        Norm("output_norm.weight", _shape.Width, "model.norm.weight");
        if (!_tied)
            Tensor("output.weight", [_shape.Width, Vocabulary.Tokens.Count], WeightKind.Matrix, 0.15, "lm_head.weight");
        return new Recipe(_shape.Architecture, _keys, _tensors, hasHf ? Config : null, Vocabulary);
    }
}
