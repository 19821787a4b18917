using System.Collections.Frozen;
using System.Globalization;

namespace Freehold.Models.Files.Safetensors;

/// <summary>Translates tensor names from Hugging Face's to GGUF's (gguf-py, <c>tensor_mapping.py</c>).</summary>
internal static class HfNames
{
    private static readonly FrozenDictionary<string, string> s_whole = new Dictionary<string, string>
    {
        ["embed_tokens"] = "token_embd",
        ["norm"] = "output_norm",
        ["lm_head"] = "output",
        ["embeddings.word_embeddings"] = "token_embd",
        ["embeddings.token_type_embeddings"] = "token_types",
        ["embeddings.position_embeddings"] = "position_embd",
        ["embeddings.LayerNorm"] = "token_embd_norm",
        ["emb_ln"] = "token_embd_norm",
        ["pooler.dense"] = "cls",
        ["classifier"] = "cls.output",
        ["classifier.dense"] = "cls",
        ["classifier.out_proj"] = "cls.output",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_layer = new Dictionary<string, string>
    {
        ["input_layernorm"] = "attn_norm",
        ["post_attention_layernorm"] = "ffn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output",
        ["self_attn.qkv_proj"] = "attn_qkv",
        ["self_attn.q_norm"] = "attn_q_norm",
        ["self_attn.k_norm"] = "attn_k_norm",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
        ["mlp.gate_up_proj"] = "ffn_up",
        ["pre_feedforward_layernorm"] = "ffn_norm",
        ["post_feedforward_layernorm"] = "post_ffw_norm",
        ["attention.self.query"] = "attn_q",
        ["attention.self.key"] = "attn_k",
        ["attention.self.value"] = "attn_v",
        ["attention.output.dense"] = "attn_output",
        ["attention.output.LayerNorm"] = "attn_output_norm",
        ["intermediate.dense"] = "ffn_up",
        ["output.dense"] = "ffn_down",
        ["output.LayerNorm"] = "layer_output_norm",
        ["attn.Wqkv"] = "attn_qkv",
        ["attn.out_proj"] = "attn_output",
        ["norm1"] = "attn_output_norm",
        ["norm2"] = "layer_output_norm",
        ["mlp.fc11"] = "ffn_up",
        ["mlp.fc12"] = "ffn_gate",
        ["mlp.fc2"] = "ffn_down",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] s_prefixes = ["language_model.", "roberta.", "bert.", "model.", "encoder.", "layers.", "layer."];

    /// <summary>
    /// GGUF's name; an empty string for what the converter leaves out (BERT's heads, its pooler where it gives vectors, stored positions, a vision tower, a tied output);
    /// null for a name that is not known.
    /// </summary>
    public static string? Translate(string name, HfFamily family, bool tied)
    {
        if (name.EndsWith(".gamma", StringComparison.Ordinal))
            name = name[..^6] + ".weight";
        if (name.EndsWith(".beta", StringComparison.Ordinal))
            name = name[..^5] + ".bias";
        if (IsLeftOut(name, family, tied))
            return "";
        var dot = name.LastIndexOf('.');
        if (dot < 0 || name[dot..] is not (".weight" or ".bias"))
            return null;
        var (path, suffix) = (name[..dot], name[dot..]);
        var inLayer = false;
        foreach (var prefix in s_prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                path = path[prefix.Length..];
                inLayer |= prefix is "layers." or "layer.";
            }
        }
        if (!inLayer)
            return s_whole.TryGetValue(path, out var whole) ? whole + suffix : null;
        dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !int.TryParse(path.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var layer) || !s_layer.TryGetValue(path[(dot + 1)..], out var own))
            return null;
        // Gemma 3 has a norm behind the attention too, and its feed-forward's own name for the one before.
        if (family.Architecture == "gemma3" && path[(dot + 1)..] == "post_attention_layernorm")
            own = "post_attention_norm";
        return string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.{own}{suffix}");
    }

    private static bool IsLeftOut(string name, HfFamily family, bool tied)
    {
        if (name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || name.EndsWith("embeddings.position_ids", StringComparison.Ordinal))
            return true;
        if (family.IsEncoder)
            return !family.Classifies && (name.StartsWith("pooler.", StringComparison.Ordinal) || name.StartsWith("bert.pooler.", StringComparison.Ordinal)) || name.StartsWith("cls.", StringComparison.Ordinal);
        if (name.EndsWith("lm_head.weight", StringComparison.Ordinal))
            return tied;
        return name.Contains("vision_", StringComparison.Ordinal) || name.Contains("projector.", StringComparison.Ordinal);
    }
}
