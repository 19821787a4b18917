using System.Text.Json.Nodes;
using Freehold.ModelMaker.Weights;

namespace Freehold.ModelMaker.Recipes;

/// <summary>
/// One small random model per architecture, with everything set that an implementation could forget: norms far from 1, biases far from 0, heads whose
/// length is not the width divided by their number, windows shorter than a prompt. Keys are those llama.cpp needs to load the file.
/// </summary>
public static class TinyModels
{
    private const int Width = 256, Hidden = 512, Context = 1024;

    private static readonly Dictionary<string, Func<TinyVocabulary?, Recipe>> s_recipes = new(StringComparer.Ordinal)
    {
        ["llama"] = vocabulary => Llama(vocabulary, ropeFactors: false),
        ["llama-rope"] = vocabulary => Llama(vocabulary, ropeFactors: true),
        ["qwen2"] = Qwen2,
        ["qwen3"] = Qwen3,
        ["gemma3"] = Gemma3,
        ["phi3"] = vocabulary => Phi3(vocabulary, longRope: false),
        ["phi3-longrope"] = vocabulary => Phi3(vocabulary, longRope: true),
        ["granite"] = Granite,
        ["smollm3"] = Smollm3,
        ["bert"] = Bert,
        ["bert-rank"] = BertReranker,
        ["nomic-bert"] = NomicBert,
    };

    /// <summary>Names of the recipes: an architecture, or an architecture and what is special.</summary>
    public static IReadOnlyCollection<string> Names => s_recipes.Keys;

    /// <summary>A recipe by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="vocabulary">In place of the recipe's own.</param>
    /// <exception cref="ArgumentException">There is no such recipe.</exception>
    public static Recipe Get(string name, TinyVocabulary? vocabulary = null) =>
        s_recipes.TryGetValue(name, out var make)
            ? make(vocabulary)
            : throw new ArgumentException($"no recipe '{name}'; there are {string.Join(", ", Names)}", nameof(name));

    private static Recipe Llama(TinyVocabulary? vocabulary, bool ropeFactors)
    {
        var shape = new DecoderShape("llama", Layers: 3, Width, Hidden, Heads: 4, KvHeads: 2, HeadLength: 128, Context, RopeBase: 500_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel("llama-bpe"), tied: ropeFactors, HfLayout.HeadHalves);
        recipe.Key("llama.vocab_size", (uint)recipe.Vocabulary.Tokens.Count);
        recipe.Key("llama.rope.dimension_count", 128u);
        recipe.HeadLengthKeys();
        recipe.Config["model_type"] = "llama";
        recipe.Config["architectures"] = new JsonArray("LlamaForCausalLM");
        recipe.Config["head_dim"] = 128;
        recipe.Embedding();
        if (ropeFactors)
        {
            // Hugging Face gives parameters in place of the factors, so this variant has no equal there.
            recipe.Tensor("rope_freqs.weight", [64], WeightKind.RopeFactors, 8);
        }
        recipe.Layers(recipe.LlamaLayer);
        return recipe.Finish(hasHf: !ropeFactors);
    }

    private static Recipe Qwen2(TinyVocabulary? vocabulary)
    {
        var shape = new DecoderShape("qwen2", Layers: 3, Width, Hidden, Heads: 4, KvHeads: 2, HeadLength: 64, Context, RopeBase: 1_000_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel("qwen2"), tied: true, HfLayout.Same);
        recipe.Config["model_type"] = "qwen2";
        recipe.Config["architectures"] = new JsonArray("Qwen2ForCausalLM");
        recipe.Embedding();
        recipe.Layers(layer =>
        {
            recipe.LlamaLayer(layer);
            foreach (var (letter, rows) in new[] { ("q", shape.QueryRows), ("k", shape.KvRows), ("v", shape.KvRows) })
                recipe.Tensor($"blk.{layer}.attn_{letter}.bias", [rows], WeightKind.Bias, 0.25, $"model.layers.{layer}.self_attn.{letter}_proj.bias");
        });
        return recipe.Finish();
    }

    private static Recipe Qwen3(TinyVocabulary? vocabulary)
    {
        var shape = new DecoderShape("qwen3", Layers: 3, Width, Hidden, Heads: 4, KvHeads: 2, HeadLength: 128, Context, RopeBase: 1_000_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel("qwen2"), tied: false, HfLayout.Same);
        recipe.HeadLengthKeys();
        recipe.Config["model_type"] = "qwen3";
        recipe.Config["architectures"] = new JsonArray("Qwen3ForCausalLM");
        recipe.Config["head_dim"] = 128;
        recipe.Embedding();
        recipe.Layers(layer =>
        {
            recipe.LlamaLayer(layer);
            recipe.HeadNorms(layer, HfLayout.Same);
        });
        return recipe.Finish();
    }

    private static Recipe Gemma3(TinyVocabulary? vocabulary)
    {
        // Five local layers, one global, one local: the sixth is the global one.
        var shape = new DecoderShape("gemma3", Layers: 7, Width, Hidden, Heads: 4, KvHeads: 1, HeadLength: 128, Context, RopeBase: 1_000_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel(), tied: false, HfLayout.Same) { NormLayout = HfLayout.MinusOne };
        recipe.HeadLengthKeys();
        recipe.Key("gemma3.attention.sliding_window", 64u);
        recipe.Config["model_type"] = "gemma3_text";
        recipe.Config["architectures"] = new JsonArray("Gemma3ForCausalLM");
        recipe.Config["head_dim"] = 128;
        recipe.Config["sliding_window"] = 64;
        recipe.Config["sliding_window_pattern"] = 6;
        recipe.Config["query_pre_attn_scalar"] = 128;
        recipe.Config["rope_local_base_freq"] = 10000.0;
        recipe.Config["hidden_activation"] = "gelu_pytorch_tanh";
        recipe.Embedding();
        recipe.Layers(layer =>
        {
            recipe.Attention(layer);
            recipe.HeadNorms(layer, HfLayout.MinusOne);
            recipe.FeedForward(layer);
            foreach (var (name, hf) in new[]
            {
                ("attn_norm", "input_layernorm"), ("post_attention_norm", "post_attention_layernorm"),
                ("ffn_norm", "pre_feedforward_layernorm"), ("post_ffw_norm", "post_feedforward_layernorm"),
            })
                recipe.Norm($"blk.{layer}.{name}.weight", Width, $"model.layers.{layer}.{hf}.weight");
        });
        return recipe.Finish();
    }

    private static Recipe Phi3(TinyVocabulary? vocabulary, bool longRope)
    {
        var shape = new DecoderShape("phi3", Layers: 3, Width, Hidden, Heads: 4, KvHeads: 2, HeadLength: 64, Context, RopeBase: 10_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel(), tied: false, HfLayout.Same);
        var original = longRope ? 256 : Context;
        recipe.Key("phi3.rope.dimension_count", 64u);
        recipe.Key("phi3.rope.scaling.original_context_length", (uint)original);
        recipe.Key("phi3.attention.sliding_window", (uint)Context);
        recipe.Config["model_type"] = "phi3";
        recipe.Config["architectures"] = new JsonArray("Phi3ForCausalLM");
        recipe.Config["original_max_position_embeddings"] = original;
        recipe.Config["sliding_window"] = Context;
        recipe.Embedding();
        if (longRope)
        {
            // Phi-3's attention factor: sqrt(1 + ln(scale) / ln(original context)), scale = context / original context.
            recipe.Key("phi3.rope.scaling.attn_factor", (float)Math.Sqrt(1 + (Math.Log((double)Context / original) / Math.Log(original))));
            recipe.Tensor("rope_factors_long.weight", [32], WeightKind.RopeFactors, 6);
            recipe.Tensor("rope_factors_short.weight", [32], WeightKind.RopeFactors, 1.5);
        }
        recipe.Layers(layer =>
        {
            var (own, hf) = ($"blk.{layer}.", $"model.layers.{layer}.");
            recipe.Norm(own + "attn_norm.weight", Width, hf + "input_layernorm.weight");
            recipe.Matrix(own + "attn_qkv.weight", Width, shape.QueryRows + (2 * shape.KvRows), hf + "self_attn.qkv_proj.weight");
            recipe.Matrix(own + "attn_output.weight", shape.QueryRows, Width, hf + "self_attn.o_proj.weight");
            recipe.Norm(own + "ffn_norm.weight", Width, hf + "post_attention_layernorm.weight");
            recipe.Matrix(own + "ffn_up.weight", Width, 2 * Hidden, hf + "mlp.gate_up_proj.weight");
            recipe.Matrix(own + "ffn_down.weight", Hidden, Width, hf + "mlp.down_proj.weight");
        });
        return recipe.Finish(hasHf: !longRope);
    }

    private static Recipe Granite(TinyVocabulary? vocabulary)
    {
        var shape = new DecoderShape("granite", Layers: 3, Width, Hidden, Heads: 4, KvHeads: 2, HeadLength: 64, Context, RopeBase: 10_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel("refact"), tied: false, HfLayout.HeadHalves);
        recipe.Key("granite.vocab_size", (uint)recipe.Vocabulary.Tokens.Count);
        recipe.Key("granite.rope.dimension_count", 64u);
        recipe.Key("granite.attention.scale", 0.0625f);
        recipe.Key("granite.embedding_scale", 6f);
        recipe.Key("granite.residual_scale", 0.375f);
        recipe.Key("granite.logit_scale", 1.5f);
        recipe.Config["model_type"] = "granite";
        recipe.Config["architectures"] = new JsonArray("GraniteForCausalLM");
        recipe.Config["attention_multiplier"] = 0.0625;
        recipe.Config["embedding_multiplier"] = 6.0;
        recipe.Config["residual_multiplier"] = 0.375;
        recipe.Config["logits_scaling"] = 1.5;
        recipe.Embedding();
        recipe.Layers(recipe.LlamaLayer);
        return recipe.Finish();
    }

    private static Recipe Smollm3(TinyVocabulary? vocabulary)
    {
        // Every fourth layer has no rope; five layers show one without and one behind it.
        var shape = new DecoderShape("smollm3", Layers: 5, Width, Hidden, Heads: 4, KvHeads: 2, HeadLength: 64, Context, RopeBase: 5_000_000);
        var recipe = new DecoderRecipe(shape, vocabulary ?? TinyVocabulary.ByteLevel("smaug-bpe"), tied: true, HfLayout.HeadHalves);
        recipe.Key("smollm3.vocab_size", (uint)recipe.Vocabulary.Tokens.Count);
        recipe.Key("smollm3.rope.dimension_count", 64u);
        recipe.Config["model_type"] = "smollm3";
        recipe.Config["architectures"] = new JsonArray("SmolLM3ForCausalLM");
        recipe.Config["no_rope_layers"] = new JsonArray(1, 1, 1, 0, 1);
        recipe.Config["no_rope_layer_interval"] = 4;
        recipe.Embedding();
        recipe.Layers(recipe.LlamaLayer);
        return recipe.Finish();
    }

    private static Recipe Bert(TinyVocabulary? vocabulary) => EncoderRecipes.Bert(vocabulary ?? TinyVocabulary.WordPiece(), Width, Hidden);

    private static Recipe BertReranker(TinyVocabulary? vocabulary) => EncoderRecipes.BertReranker(vocabulary ?? TinyVocabulary.WordPiece(), Width, Hidden);

    private static Recipe NomicBert(TinyVocabulary? vocabulary) => EncoderRecipes.NomicBert(vocabulary ?? TinyVocabulary.WordPiece(), Width, Hidden);
}
