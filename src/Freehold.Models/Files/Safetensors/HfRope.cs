using System.Text.Json;

namespace Freehold.Models.Files.Safetensors;

/// <summary>Rope parameters of a <c>config.json</c> (<c>rope_scaling</c>, or <c>rope_parameters</c> since transformers 5) in GGUF's terms.</summary>
internal static class HfRope
{
    /// <summary>Adds the rope keys, and gives the tensors that GGUF keeps in place of parameters.</summary>
    public static Dictionary<string, float[]> Read(ConfigJson config, HfFamily family, int headLength, Dictionary<string, object> values)
    {
        var tensors = new Dictionary<string, float[]>();
        var arch = family.Architecture;
        var outer = config.Find("rope_parameters", "rope_scaling");
        var all = outer is { ValueKind: JsonValueKind.Object } found ? found : default;
        var own = all.ValueKind == JsonValueKind.Object && all.TryGetProperty("full_attention", out var full) && full.ValueKind == JsonValueKind.Object ? full : all;
        var theta = config.Number(own, "rope_theta") ?? config.Number("rope_theta", "rotary_emb_base");
        if (theta is null && arch == "gemma3")
            theta = 1_000_000;
        if (theta is { } value)
            values[$"{arch}.rope.freq_base"] = (float)value;
        if (Local(config, all) is { } local)
            values[$"{arch}.rope.freq_base_swa"] = (float)local;
        if (own.ValueKind != JsonValueKind.Object)
            return tensors;
        var type = Text(own, "rope_type") ?? Text(own, "type") ?? "default";
        switch (type)
        {
            case "default" or "mrope":
                break;
            case "linear":
                values[$"{arch}.rope.scaling.type"] = "linear";
                values[$"{arch}.rope.scaling.factor"] = (float)Required(config, own, "factor");
                break;
            case "yarn":
                values[$"{arch}.rope.scaling.type"] = "yarn";
                values[$"{arch}.rope.scaling.factor"] = (float)Required(config, own, "factor");
                values[$"{arch}.rope.scaling.original_context_length"] = (uint)Required(config, own, "original_max_position_embeddings");
                Copy("attention_factor", "yarn_attn_factor");
                Copy("beta_fast", "yarn_beta_fast");
                Copy("beta_slow", "yarn_beta_slow");
                break;
            case "llama3":
                tensors["rope_freqs.weight"] = Llama3(config, own, theta ?? 10_000, headLength);
                break;
            case "su" or "longrope" when arch == "phi3":
                LongRope(config, own, headLength, values, tensors);
                break;
            default:
                throw ModelFormatException.Unsupported($"{config.Origin}: rope scaling of type '{type}' is not read for {arch}");
        }
        return tensors;

        void Copy(string from, string to)
        {
            if (config.Number(own, from) is { } number)
                values[$"{arch}.rope.scaling.{to}"] = (float)number;
        }
    }

    // Llama 3.1's scaling of low frequencies, in single precision as the converter computes it (conversion/llama.py, generate_extra_tensors).
    private static float[] Llama3(ConfigJson config, JsonElement own, double theta, int headLength)
    {
        var factor = (float)(config.Number(own, "factor") ?? 8);
        var low = config.Number(own, "low_freq_factor") ?? 1;
        var high = config.Number(own, "high_freq_factor") ?? 4;
        var context = config.Number(own, "original_max_position_embeddings") ?? config.Number("original_max_position_embeddings") ?? 8192;
        if (low <= 0 || high <= low || factor <= 0)
            throw new ModelFormatException($"{config.Origin}: rope scaling with factor {factor}, low_freq_factor {low} and high_freq_factor {high} makes no sense");
        var factors = new float[headLength / 2];
        for (var i = 0; i < factors.Length; i++)
        {
            var frequency = 1f / MathF.Pow((float)theta, 2f * i / headLength);
            var wavelength = (float)(2 * Math.PI) / frequency;
            if (wavelength < context / high)
                factors[i] = 1;
            else if (wavelength > context / low)
                factors[i] = factor;
            else
            {
                var smooth = (((float)context / wavelength) - (float)low) / (float)(high - low);
                factors[i] = 1 / (((1 - smooth) / factor) + smooth);
            }
        }
        return factors;
    }

    private static void LongRope(ConfigJson config, JsonElement own, int headLength, Dictionary<string, object> values, Dictionary<string, float[]> tensors)
    {
        var (context, original) = (config.RequiredInteger("max_position_embeddings"), config.Number(own, "original_max_position_embeddings") ?? config.RequiredNumber("original_max_position_embeddings"));
        var scale = context / original;
        values["phi3.rope.scaling.attn_factor"] = (float)(scale > 1 ? Math.Sqrt(1 + (Math.Log(scale) / Math.Log(original))) : 1);
        tensors["rope_factors_long.weight"] = Factors(config, own, "long_factor", headLength / 2);
        tensors["rope_factors_short.weight"] = Factors(config, own, "short_factor", headLength / 2);
    }

    private static float[] Factors(ConfigJson config, JsonElement own, string key, int count)
    {
        if (!own.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != count)
            throw new ModelFormatException($"{config.Origin}: '{key}' of the rope scaling must be a list of {count} numbers");
        return [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out var value) && value > 0
            ? value : throw new ModelFormatException($"{config.Origin}: '{key}' holds {item}; numbers above 0 were expected"))];
    }

    private static double? Local(ConfigJson config, JsonElement all) =>
        all.ValueKind == JsonValueKind.Object && all.TryGetProperty("sliding_attention", out var local) ? config.Number(local, "rope_theta") : config.Number("rope_local_base_freq");

    private static string? Text(JsonElement parent, string key) => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double Required(ConfigJson config, JsonElement parent, string key) =>
        config.Number(parent, key) is { } value and > 0 and <= int.MaxValue ? value : throw new ModelFormatException($"{config.Origin}: the rope scaling has no valid '{key}'");
}
