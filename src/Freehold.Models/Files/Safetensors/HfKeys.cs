using System.Text.Json;

namespace Freehold.Models.Files.Safetensors;

/// <summary>Puts a <c>config.json</c> under GGUF's keys (llama.cpp, <c>conversion/</c>, each class's <c>set_gguf_parameters</c>).</summary>
internal static class HfKeys
{
    /// <summary>The architecture's keys.</summary>
    public static Dictionary<string, object> Read(ConfigJson config, HfFamily family, string folder)
    {
        var arch = family.Architecture;
        var values = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["general.architecture"] = arch,
            ["general.name"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            [$"{arch}.block_count"] = (uint)config.RequiredInteger("num_hidden_layers", "n_layer"),
            [$"{arch}.context_length"] = (uint)(ContextLength(config, arch) - SkippedPositions(config, family)),
            [$"{arch}.embedding_length"] = (uint)config.RequiredInteger("hidden_size", "n_embd"),
            [$"{arch}.feed_forward_length"] = (uint)config.RequiredInteger("intermediate_size", "n_inner"),
            [$"{arch}.attention.head_count"] = (uint)Heads(config, arch),
        };
        if (config.Integer("vocab_size") is { } vocabulary)
            values[$"{arch}.vocab_size"] = (uint)vocabulary;
        if (family.IsEncoder)
        {
            values[$"{arch}.attention.layer_norm_epsilon"] = (float)config.RequiredNumber("layer_norm_eps", "layer_norm_epsilon");
            values[$"{arch}.attention.causal"] = false;
            if ((family.Classifies ? 4u : Pooling(folder)) is { } pooling)
                values[$"{arch}.pooling_type"] = pooling;
            values["tokenizer.ggml.token_type_count"] = (uint)(config.Integer("type_vocab_size") ?? 1);
            return values;
        }
        values[$"{arch}.attention.head_count_kv"] = (uint)KvHeads(config, arch);
        values[$"{arch}.attention.layer_norm_rms_epsilon"] = (float)(config.Number("rms_norm_eps") ?? (arch == "gemma3" ? 1e-6 : throw config.Missing("rms_norm_eps")));
        var length = HeadLength(config, family);
        if (arch == "gemma3" || (!family.IgnoresHeadLength && arch != "phi3" && config.Integer("head_dim") is not null))
        {
            values[$"{arch}.attention.key_length"] = (uint)length;
            values[$"{arch}.attention.value_length"] = (uint)length;
        }
        if (family.Interleaves || arch == "phi3")
            values[$"{arch}.rope.dimension_count"] = (uint)length;
        Special(config, arch, values);
        return values;
    }

    /// <summary>Query heads.</summary>
    public static int Heads(ConfigJson config, string arch) => config.Integer("num_attention_heads", "n_head") ?? (arch == "gemma3" ? 8 : throw config.Missing("num_attention_heads"));

    /// <summary>Key-value heads.</summary>
    public static int KvHeads(ConfigJson config, string arch) => config.Integer("num_key_value_heads") ?? (arch == "gemma3" ? 4 : Heads(config, arch));

    /// <summary>Values of one head.</summary>
    public static int HeadLength(ConfigJson config, HfFamily family)
    {
        var heads = Heads(config, family.Architecture);
        if (!family.IgnoresHeadLength && config.Integer("head_dim") is { } length)
            return length;
        if (family.Architecture == "gemma3")
            return 256;
        var width = config.RequiredInteger("hidden_size", "n_embd");
        var rotary = family.Architecture == "phi3" ? config.Number("partial_rotary_factor") ?? 1 : 1;
        return width % heads == 0 && width >= heads && rotary is > 0 and <= 1
            ? (int)(rotary * width) / heads
            : throw new ModelFormatException($"{config.Origin}: a width of {width} does not divide into {heads} heads");
    }

    /// <summary>Rows of the position table that no token has.</summary>
    /// <exception cref="ModelFormatException">They are more than the table has.</exception>
    public static int SkippedPositions(ConfigJson config, HfFamily family)
    {
        if (!family.SkipsPadding)
            return 0;
        var skipped = (config.Integer("pad_token_id") ?? throw config.Missing("pad_token_id")) + 1L;
        return skipped >= 0 && skipped < config.RequiredInteger("max_position_embeddings")
            ? (int)skipped
            : throw new ModelFormatException($"{config.Origin}: 'pad_token_id' is {skipped - 1}, which leaves none of the positions");
    }

    private static void Special(ConfigJson config, string arch, Dictionary<string, object> values)
    {
        switch (arch)
        {
            case "granite":
                Scale("attention_multiplier", "attention.scale");
                Scale("embedding_multiplier", "embedding_scale");
                Scale("residual_multiplier", "residual_scale");
                Scale("logits_scaling", "logit_scale");
                break;
            case "gemma3":
                if (config.Number("sliding_window_pattern") is not 1)
                    values["gemma3.attention.sliding_window"] = (uint)config.RequiredInteger("sliding_window");
                if (config.Number("final_logit_softcapping") is { } cap and > 0)
                    values["gemma3.final_logit_softcapping"] = (float)cap;
                CheckPattern(config, "sliding_window_pattern", 6);
                break;
            case "phi3":
                var context = config.RequiredInteger("max_position_embeddings");
                values["phi3.rope.scaling.original_context_length"] = (uint)(config.Integer("original_max_position_embeddings") ?? context);
                values["phi3.attention.sliding_window"] = (uint)(config.Integer("sliding_window") ?? 0);
                break;
            case "smollm3":
                CheckPattern(config, "no_rope_layer_interval", 4);
                CheckNoRope(config);
                break;
        }

        void Scale(string from, string to)
        {
            if (config.Number(from) is { } value and not 0)
                values[$"granite.{to}"] = (float)value;
        }
    }

    // GGUF has no key for these two patterns and means these values; another one would compute something else in silence.
    private static void CheckPattern(ConfigJson config, string key, int only)
    {
        if (config.Integer(key) is { } value && value != only)
            throw ModelFormatException.Unsupported($"{config.Origin}: '{key}' is {value}; only {only} is read");
    }

    private static void CheckNoRope(ConfigJson config)
    {
        if (config.Find("no_rope_layers") is not { ValueKind: JsonValueKind.Array } layers)
            return;
        var i = 0;
        foreach (var layer in layers.EnumerateArray())
        {
            i++;
            if (layer.ToString() != (i % 4 == 0 ? "0" : "1"))
                throw ModelFormatException.Unsupported($"{config.Origin}: 'no_rope_layers' says {layer} for layer {i - 1}; only every fourth layer without rope is read");
        }
    }

    private static int ContextLength(ConfigJson config, string arch)
    {
        // Nomic's config names positions it was not trained for (conversion/bert.py, NomicBertModel).
        if (arch == "nomic-bert" && config.Integer("n_positions") is 8192 && config.Number("max_trained_positions") is null or 2048)
            return Math.Min(2048, config.RequiredInteger("n_positions"));
        return config.Integer("max_position_embeddings", "n_positions") ?? (arch == "gemma3" ? 131_072 : throw config.Missing("max_position_embeddings"));
    }

    // sentence-transformers' description beside the model: mean 1, first token 2, last token 3; a classifier's head is 4 (llama.h, llama_pooling_type).
    private static uint? Pooling(string folder)
    {
        var path = Path.Combine(folder, "1_Pooling", "config.json");
        if (!File.Exists(path))
            return null;
        using var document = ConfigJson.ParseFile(path);
        foreach (var (key, type) in new[] { ("pooling_mode_mean_tokens", 1u), ("pooling_mode_cls_token", 2u), ("pooling_mode_lasttoken", 3u) })
        {
            if (document.RootElement.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True)
                return type;
        }
        throw ModelFormatException.Unsupported($"{path}: the pooling is neither mean, first token nor last token");
    }
}
