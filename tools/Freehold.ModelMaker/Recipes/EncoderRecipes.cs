using System.Text.Json.Nodes;
using Freehold.ModelMaker.Weights;

namespace Freehold.ModelMaker.Recipes;

/// <summary>The encoders.</summary>
public static class EncoderRecipes
{
    private const int Layers = 3, Heads = 4, Context = 512;

    /// <summary>BERT: learned positions, biases everywhere, norms behind the additions.</summary>
    public static Recipe Bert(TinyVocabulary vocabulary, int width, int hidden)
    {
        var tensors = Embeddings(vocabulary, width, "embeddings.LayerNorm");
        tensors.Add(new("position_embd.weight", [width, Context], WeightKind.FloatMatrix, 0.5, "embeddings.position_embeddings.weight"));
        for (var layer = 0; layer < Layers; layer++)
        {
            var (own, hf) = ($"blk.{layer}.", $"encoder.layer.{layer}.");
            Dense(tensors, own + "attn_q", hf + "attention.self.query", width, width);
            Dense(tensors, own + "attn_k", hf + "attention.self.key", width, width);
            Dense(tensors, own + "attn_v", hf + "attention.self.value", width, width);
            Dense(tensors, own + "attn_output", hf + "attention.output.dense", width, width);
            Norm(tensors, own + "attn_output_norm", hf + "attention.output.LayerNorm", width);
            Dense(tensors, own + "ffn_up", hf + "intermediate.dense", width, hidden);
            Dense(tensors, own + "ffn_down", hf + "output.dense", hidden, width);
            Norm(tensors, own + "layer_output_norm", hf + "output.LayerNorm", width);
        }
        var config = new JsonObject
        {
            ["model_type"] = "bert",
            ["architectures"] = new JsonArray("BertModel"),
            ["num_hidden_layers"] = Layers,
            ["max_position_embeddings"] = Context,
            ["hidden_size"] = width,
            ["intermediate_size"] = hidden,
            ["num_attention_heads"] = Heads,
            ["layer_norm_eps"] = 1e-12,
            ["hidden_act"] = "gelu",
            ["type_vocab_size"] = 2,
            ["vocab_size"] = vocabulary.Tokens.Count,
        };
        return new Recipe("bert", Keys("bert", width, hidden, 1e-12f), tensors, config, vocabulary);
    }

    /// <summary>A cross-encoder: BERT with a classifier of one label behind its pooler.</summary>
    public static Recipe BertReranker(TinyVocabulary vocabulary, int width, int hidden)
    {
        var bert = Bert(vocabulary, width, hidden);
        var tensors = bert.Tensors.Select(tensor => tensor with { HfName = "bert." + tensor.HfName }).ToList();
        Dense(tensors, "cls", "bert.pooler.dense", width, width);
        Dense(tensors, "cls.output", "classifier", width, 1);
        bert.Config!["architectures"] = new JsonArray("BertForSequenceClassification");
        return bert with { Keys = [.. bert.Keys.Select(pair => pair.Key == "bert.pooling_type" ? new(pair.Key, 4u) : pair)], Tensors = tensors };
    }

    /// <summary>Nomic's BERT: rope, one fused projection, a gated feed-forward, no biases but the norms'.</summary>
    public static Recipe NomicBert(TinyVocabulary vocabulary, int width, int hidden)
    {
        var tensors = Embeddings(vocabulary, width, "emb_ln");
        for (var layer = 0; layer < Layers; layer++)
        {
            var (own, hf) = ($"blk.{layer}.", $"encoder.layers.{layer}.");
            Matrix(tensors, own + "attn_qkv", hf + "attn.Wqkv", width, 3 * width);
            Matrix(tensors, own + "attn_output", hf + "attn.out_proj", width, width);
            Norm(tensors, own + "attn_output_norm", hf + "norm1", width);
            Matrix(tensors, own + "ffn_up", hf + "mlp.fc11", width, hidden);
            Matrix(tensors, own + "ffn_gate", hf + "mlp.fc12", width, hidden);
            Matrix(tensors, own + "ffn_down", hf + "mlp.fc2", hidden, width);
            Norm(tensors, own + "layer_output_norm", hf + "norm2", width);
        }
        var keys = Keys("nomic-bert", width, hidden, 1e-12f);
        keys.Add(new("nomic-bert.rope.freq_base", 1000f));
        var config = new JsonObject
        {
            ["model_type"] = "nomic_bert",
            ["architectures"] = new JsonArray("NomicBertModel"),
            ["n_layer"] = Layers,
            ["n_positions"] = Context,
            ["n_embd"] = width,
            ["n_inner"] = hidden,
            ["n_head"] = Heads,
            ["layer_norm_epsilon"] = 1e-12,
            ["rotary_emb_base"] = 1000,
            ["rotary_emb_fraction"] = 1.0,
            ["rotary_emb_interleaved"] = false,
            ["activation_function"] = "swiglu",
            ["prenorm"] = false,
            ["qkv_proj_bias"] = false,
            ["mlp_fc1_bias"] = false,
            ["mlp_fc2_bias"] = false,
            ["type_vocab_size"] = 2,
            ["vocab_size"] = vocabulary.Tokens.Count,
        };
        return new Recipe("nomic-bert", keys, tensors, config, vocabulary);
    }

    private static List<KeyValuePair<string, object>> Keys(string name, int width, int hidden, float epsilon) =>
    [
        new($"{name}.block_count", (uint)Layers),
        new($"{name}.context_length", (uint)Context),
        new($"{name}.embedding_length", (uint)width),
        new($"{name}.feed_forward_length", (uint)hidden),
        new($"{name}.attention.head_count", (uint)Heads),
        new($"{name}.attention.layer_norm_epsilon", epsilon),
        new($"{name}.attention.causal", false),
        new($"{name}.pooling_type", 1u), // mean
    ];

    private static List<WeightSpec> Embeddings(TinyVocabulary vocabulary, int width, string normName)
    {
        List<WeightSpec> tensors =
        [
            new("token_embd.weight", [width, vocabulary.Tokens.Count], WeightKind.Matrix, 1, "embeddings.word_embeddings.weight"),
            new("token_types.weight", [width, 2], WeightKind.FloatMatrix, 0.5, "embeddings.token_type_embeddings.weight"),
        ];
        Norm(tensors, "token_embd_norm", normName, width);
        return tensors;
    }

    private static void Matrix(List<WeightSpec> tensors, string name, string hf, int columns, int rows) =>
        tensors.Add(new(name + ".weight", [columns, rows], WeightKind.Matrix, 1 / Math.Sqrt(columns), hf + ".weight"));

    private static void Dense(List<WeightSpec> tensors, string name, string hf, int columns, int rows)
    {
        Matrix(tensors, name, hf, columns, rows);
        tensors.Add(new(name + ".bias", [rows], WeightKind.Bias, 0.25, hf + ".bias"));
    }

    private static void Norm(List<WeightSpec> tensors, string name, string hf, int length)
    {
        tensors.Add(new(name + ".weight", [length], WeightKind.Norm, 1, hf + ".weight"));
        tensors.Add(new(name + ".bias", [length], WeightKind.Bias, 0.25, hf + ".bias"));
    }
}
