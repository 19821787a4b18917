using static Microsoft.OpenApi.JsonSchemaType;
using Microsoft.OpenApi;

namespace Freehold.Gateway.Documentation;

/// <summary>The JSON types of fields by their names, which mean the same in every dialect here.</summary>
internal static class FieldTypes
{
    private static readonly Dictionary<string, JsonSchemaType> Types = Of(
        (JsonSchemaType.String, "model name role type text id user suffix encoding_format description service_tier regex reasoning_content reasoning thinking signature data tool_call_id tool_name tool_use_id content_type media_type query purpose custom_id instructions previous_response_id object status call_id safety_identifier prompt_cache_key prompt_cache_retention effort verbosity syntax definition document encrypted_content truncation reasoning_effort template destination source endpoint input_file_id completion_window url method mode namespace summary generate_summary display"),
        (Number, "temperature top_p min_p typical_p repetition_penalty presence_penalty frequency_penalty repeat_penalty tfs_z mirostat_tau mirostat_eta"),
        (Integer, "max_tokens max_completion_tokens n top_logprobs top_k seed best_of priority dimensions num_ctx num_keep num_batch num_thread num_gpu main_gpu num_predict repeat_last_n mirostat budget_tokens top_n index limit max_output_tokens max_tool_calls max_tokens_per_doc max_chunks_per_doc num_thread width height steps"),
        (JsonSchemaType.Boolean, "stream include_usage include_obfuscation strict parallel_tool_calls echo raw numa low_vram use_mmap use_mlock f16_kv logits_all vocab_only embedding_only penalize_newline truncate shift verbose add_special parse_special with_pieces add_generation_prompt disable_parallel_tool_use is_error eager_input_streaming store background return_documents insecure"),
        (JsonSchemaType.Object, "logit_bias metadata chat_template_kwargs schema parameters input_schema function custom allowed_tools json_schema response_format stream_options options output_config cache_control context_management audio prompt_cache_options json prediction client_metadata"),
        (JsonSchemaType.Array, "messages tools tokens images tool_calls documents context modalities functions stop_sequences include items requests"),
        (JsonSchemaType.String | Number, "keep_alive"),
        (JsonSchemaType.String | JsonSchemaType.Array, "content prompt stop system"),
        (JsonSchemaType.String | JsonSchemaType.Array | JsonSchemaType.Object, "input"),
        (JsonSchemaType.String | JsonSchemaType.Object, "tool_choice format function_call conversation grammar arguments"),
        (JsonSchemaType.Boolean | Integer, "logprobs"),
        (JsonSchemaType.Boolean | JsonSchemaType.String | JsonSchemaType.Object, "think"));

    /// <summary>The types that a field of that name may have; null where they are not told.</summary>
    public static JsonSchemaType? Find(string name) => Types.TryGetValue(name, out var type) ? type : null;

    private static Dictionary<string, JsonSchemaType> Of(params (JsonSchemaType Type, string Names)[] groups)
    {
        var types = new Dictionary<string, JsonSchemaType>(StringComparer.Ordinal);
        foreach (var (type, names) in groups)
            foreach (var name in names.Split(' '))
                types[name] = type;
        return types;
    }
}
