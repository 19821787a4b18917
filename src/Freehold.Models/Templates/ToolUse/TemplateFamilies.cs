namespace Freehold.Models.Templates.ToolUse;

/// <summary>
/// Tells a family by what its template writes. The list is read from the top: what is special stands before what is general, and
/// what is not read stands where it would otherwise be mistaken for something that is.
/// </summary>
internal static class TemplateFamilies
{
    /// <summary>A family: every one of the texts is in its template's source.</summary>
    /// <param name="Calls">Its calls; null where this engine does not read them.</param>
    /// <param name="Name">What <c>show</c> and errors call it.</param>
    /// <param name="Texts">What tells it.</param>
    internal sealed record Family(ToolCallFormat? Calls, string Name, params string[] Texts);

    private static readonly Family[] s_families =
    [
        // Arguments that are no JSON, or that stand in messages of their own.
        Unread("gpt-oss (harmony channels)", "<|channel|>", "commentary"),
        Unread("kimi-k2", "<|tool_calls_section_begin|>"),
        Unread("kimi-k3", "<|open|>", "tool-declare"),
        Unread("gemma-4", "<|tool_call>call:"),
        Unread("deepseek-v3.2 (DSML)", "DSML"),
        Unread("minimax-m2 (XML)", "<minimax:tool_call>"),
        Unread("minimax-m3 (XML)", "]<]minimax[>["),
        Unread("seed-oss (XML)", "<seed:tool_call>"),
        Unread("hunyuan 3 (XML)", "<tool_sep{}>"),
        Unread("muse (XML)", "<atem:invoke"),
        Unread("minicpm-5 (XML)", "<function name=\""),
        Unread("glm-4 (XML)", "<arg_key>"),
        Unread("qwen-3-coder (XML)", "<function=", "<parameter="),
        Unread("apertus", "<|tools_prefix|>"),
        Unread("solar", "<|tool_call:begin|>"),
        Read(ToolCallFormats.GigaChat, "<|function_call|>"),
        Unread("gigachat-3 (role of its own)", "'function call'", "<|role_sep|>"),
        Unread("functionary-3.2 (recipients)", "'>>>'"),
        Unread("lfm2 (Python)", "<|tool_list_start|>"),
        Unread("lfm2 (Python)", "<|tool_call_start|>"),
        Unread("lfm2 (Python)", "List of tools: ["),
        Read(ToolCallFormats.DeepSeekR1, "<｜tool▁calls▁begin｜>", "```json"),
        Read(ToolCallFormats.DeepSeekV31, "<｜tool▁calls▁begin｜>"),
        Read(ToolCallFormats.MistralNamed, "[TOOL_CALLS]", "[ARGS]"),
        Read(ToolCallFormats.MistralList, "[TOOL_CALLS]"),
        Read(ToolCallFormats.CommandR7B, "<|START_ACTION|>"),
        Read(ToolCallFormats.CommandR, "Action:", "tool_name"),
        Read(ToolCallFormats.Nemotron, "<TOOLCALL>"),
        Read(ToolCallFormats.MiniMaxM1, "<tool_calls>", "<beginning_of_sentence>"),
        Read(ToolCallFormats.Apriel, "<tool_calls>["),
        Read(ToolCallFormats.Functools, "functools["),
        Read(ToolCallFormats.FunctionTag, "<function="),
        Read(ToolCallFormats.Phi4Mini, "<|tool|>", "<|/tool|>"),
        Read(ToolCallFormats.Granite3, "<|tool_call|>"),
        Read(ToolCallFormats.Hermes, "<tool_call>", "arguments"),
        Read(ToolCallFormats.Hermes, "<tool_call>", "tool_call | tojson"),
        Read(ToolCallFormats.Hermes, "<tool_call>", "tool_call|tojson"),
        Read(ToolCallFormats.Llama3, "\"parameters\": ", "ipython"),
    ];

    /// <summary>The family of a template's source, or null where nothing tells.</summary>
    public static Family? Find(string source) => Array.Find(s_families, family => Array.TrueForAll(family.Texts, text => source.Contains(text, StringComparison.Ordinal)));

    private static Family Read(ToolCallFormat calls, params string[] texts) => new(calls, calls.Name, texts);

    private static Family Unread(string name, params string[] texts) => new(null, name, texts);
}
