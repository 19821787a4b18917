namespace Freehold.Models.Files.Safetensors;

/// <summary>What distinguishes a family of Hugging Face checkpoints when it is put under GGUF's names.</summary>
/// <param name="Architecture">GGUF's name.</param>
/// <param name="Interleaves">Rows of the query and key projections change from halves to pairs (GGUF's "norm" rope).</param>
/// <param name="NormsPlusOne">The model adds one to its norms' weights at run time; GGUF has it added.</param>
/// <param name="IgnoresHeadLength">The converter takes no <c>head_dim</c>.</param>
/// <param name="Classifies">It has a classifier's head, and with one label ranks.</param>
/// <param name="SkipsPadding">Positions begin behind the padding's id (RoBERTa); GGUF has the rows before cut off.</param>
internal sealed record HfFamily(
    string Architecture, bool Interleaves = false, bool NormsPlusOne = false, bool IgnoresHeadLength = false, bool Classifies = false, bool SkipsPadding = false)
{
    /// <summary>Whether it is an encoder.</summary>
    public bool IsEncoder => Architecture is "bert" or "nomic-bert";

    /// <summary>Tells the family by <c>architectures</c> (convert_hf_to_gguf.py's registrations), or <c>model_type</c> where that is missing.</summary>
    /// <exception cref="ModelFormatException">The family is not known.</exception>
    public static HfFamily Of(ConfigJson config)
    {
        var listed = config.Find("architectures") is { ValueKind: System.Text.Json.JsonValueKind.Array } names && names.GetArrayLength() > 0 ? names[0].ToString() : null;
        var type = config.Text("model_type");
        return (listed ?? type) switch
        {
            "LlamaForCausalLM" or "LLaMAForCausalLM" or "MistralForCausalLM" or "LlamaModel" or "llama" or "mistral" => new("llama", Interleaves: true),
            "Qwen2ForCausalLM" or "Qwen2Model" or "qwen2" => new("qwen2"),
            "Qwen3ForCausalLM" or "Qwen3Model" or "qwen3" => new("qwen3"),
            "Gemma3ForCausalLM" or "Gemma3ForConditionalGeneration" or "gemma3_text" or "gemma3" => new("gemma3", NormsPlusOne: true),
            "Phi3ForCausalLM" or "phi3" => new("phi3"),
            "GraniteForCausalLM" or "granite" => new("granite", Interleaves: true, IgnoresHeadLength: true),
            "SmolLM3ForCausalLM" or "smollm3" => new("smollm3", Interleaves: true),
            "BertModel" or "BertForMaskedLM" or "bert" => new("bert"),
            "BertForSequenceClassification" => new("bert", Classifies: true),
            "XLMRobertaForSequenceClassification" => new("bert", Classifies: true, SkipsPadding: true),
            "NomicBertModel" or "nomic_bert" => new("nomic-bert"),
            var other => throw ModelFormatException.Unsupported(
                $"{config.Origin}: the architecture '{other}' is not read from safetensors; llama, mistral, qwen2, qwen3, gemma3, phi3, granite, smollm3, bert (and its and XLM-RoBERTa's rerankers) and nomic-bert are"),
        };
    }
}
